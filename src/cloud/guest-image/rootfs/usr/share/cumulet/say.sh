# Lines for people go to the serial console (the console log of the server) and to the screen.
tell() {
  printf '%s\n' "$*" > /dev/ttyS0
  printf '%s\n' "$*" > /dev/tty1
} 2> /dev/null

say() { tell "cumulet-guest: $*"; }
