# Flattens a JSON document into lines "path<TAB>value". Control characters become spaces, so a value can never look like
# another line. Exits 1 when the text is no JSON.
BEGIN {
  plain["n"] = " "; plain["t"] = " "; plain["r"] = " "; plain["b"] = " "; plain["f"] = " "
  plain["\""] = "\""; plain["\\"] = "\\"; plain["/"] = "/"
}
{ rest = rest $0 "\n" }
END {
  good = value("") && skip() == ""
  exit good ? 0 : 1
}
function skip() {
  sub(/^[ \t\r\n]+/, "", rest)
  return rest
}
function take(count) { rest = substr(rest, count + 1) }
function next_is(mark) {
  if (substr(skip(), 1, 1) != mark) return 0
  take(1)
  return 1
}
function value(path) {
  skip()
  if (next_is("{")) return members(path, "}")
  if (next_is("[")) return members(path, "]")
  if (substr(rest, 1, 1) == "\"") {
    if (!string()) return 0
    print path "\t" got
    return 1
  }
  if (!match(rest, /^[-+.0-9A-Za-z]+/)) return 0
  print path "\t" substr(rest, 1, RLENGTH)
  take(RLENGTH)
  return 1
}
function members(path, end,    name, count) {
  if (next_is(end)) return 1
  for (count = 0; ; count++) {
    name = count
    if (end == "}") {
      skip()
      if (!string()) return 0
      name = got
      if (!next_is(":")) return 0
    }
    if (!value(path == "" ? name : path "." name)) return 0
    if (next_is(end)) return 1
    if (!next_is(",")) return 0
  }
}
function string(    text, mark) {
  if (substr(rest, 1, 1) != "\"") return 0
  take(1)
  for (text = ""; ; ) {
    if (match(rest, /^[^"\\]+/)) {
      text = text substr(rest, 1, RLENGTH)
      take(RLENGTH)
    }
    mark = substr(rest, 1, 1)
    take(1)
    if (mark == "\"") {
      gsub(/[\001-\037]/, " ", text)
      got = text
      return 1
    }
    if (mark != "\\") return 0
    mark = substr(rest, 1, 1)
    take(1)
    if (mark == "u") {
      text = text utf8(substr(rest, 1, 4))
      take(4)
    } else if (mark in plain) text = text plain[mark]
    else return 0
  }
}
# Halves of a surrogate pair become "?": nothing that is read here needs them.
function utf8(digits,    code, at) {
  for (at = 1; at <= 4; at++) code = code * 16 + index("0123456789abcdef", tolower(substr(digits, at, 1))) - 1
  if (code < 32) return " "
  if (code < 128) return sprintf("%c", code)
  if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
  if (code >= 55296 && code < 57344) return "?"
  return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
}
