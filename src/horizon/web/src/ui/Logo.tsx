/** A cumulus: flat base, round towers, and the small cloud inside that one starts with. */
export function Logo({ size = 30 }: { size?: number }) {
  return (
    <svg className="logo" viewBox="0 0 40 30" width={(size * 40) / 30} height={size} aria-hidden="true">
      <path className="logo-cloud" d="M9.5 27a7.5 7.5 0 0 1-1.1-14.92A11 11 0 0 1 29.2 9.7 8.7 8.7 0 0 1 30.3 27Z" />
      <path className="logo-small" d="M14.2 27a4.2 4.2 0 0 1 .1-8.4 5.6 5.6 0 0 1 10.5 1 3.75 3.75 0 0 1 .2 7.4Z" />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="wordmark">
      <Logo size={22} />
      <span>cumulet</span>
    </span>
  );
}
