/**
 * Cumulet's own look over Cloudscape, as a style sheet made while building: the strict content security policy forbids
 * the usual way, a style element added at run time.
 */
import { generateThemeStylesheet, type Theme } from "@cloudscape-design/components/theming";

const sans =
  '"Inter", "SF Pro Text", -apple-system, BlinkMacSystemFont, "Segoe UI Variable Text", "Segoe UI", Roboto, Ubuntu, ' +
  '"PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", system-ui, sans-serif';
const mono =
  'ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace';

const both = (light: string, dark: string) => ({ light, dark });

/** Ink and sky: an indigo that is neither of the big clouds' colours, on cool paper. */
const accent = both("#4150c8", "#9aa8ff");
const accentHover = both("#333fa8", "#b7c1ff");
const accentActive = both("#28328a", "#ccd3ff");
const onAccent = both("#ffffff", "#12162c");
const text = both("#2a2f3d", "#d4d9e6");
const heading = both("#151926", "#f0f3fa");
const quiet = both("#646b7d", "#949db3");
const line = both("#dfe3ec", "#2c3244");
const lineSoft = both("#e9ecf3", "#252b3b");
const page = both("#f6f7fb", "#10131c");
const paper = both("#ffffff", "#181c28");
const wash = both("#eef0fc", "#232a47");

const theme: Theme = {
  tokens: {
    fontFamilyBase: sans,
    fontFamilyHeading: sans,
    fontFamilyDisplay: sans,
    fontFamilyMonospace: mono,
    fontWeightButton: "600",
    fontWeightHeadingXl: "650",
    fontWeightHeadingL: "650",
    fontSizeHeadingXl: "22px",
    borderRadiusButton: "7px",
    borderRadiusContainer: "10px",
    borderRadiusInput: "7px",
    borderRadiusAlert: "8px",
    borderRadiusFlashbar: "8px",
    borderRadiusDropdown: "8px",
    borderRadiusItem: "6px",
    borderRadiusToken: "6px",
    borderRadiusTiles: "8px",
    borderRadiusPopover: "8px",
    borderRadiusBadge: "5px",
    borderWidthButton: "1px",
    colorTextBodyDefault: text,
    colorTextBodySecondary: quiet,
    colorTextHeadingDefault: heading,
    colorTextHeadingSecondary: quiet,
    colorTextAccent: accent,
    colorTextInteractiveDefault: both("#4a5163", "#b3bbce"),
    colorTextInteractiveHover: heading,
    colorTextInteractiveActive: heading,
    colorTextLinkDefault: accent,
    colorTextLinkHover: accentHover,
    colorBackgroundLayoutMain: page,
    colorBackgroundContainerContent: paper,
    colorBackgroundContainerHeader: paper,
    colorBackgroundInputDefault: both("#ffffff", "#141824"),
    colorBackgroundInputDisabled: both("#eef0f5", "#1f2433"),
    colorBackgroundItemSelected: wash,
    colorBorderItemSelected: accent,
    colorBorderItemFocused: accent,
    colorBorderDividerDefault: line,
    colorBorderDividerSecondary: lineSoft,
    colorBackgroundControlChecked: accent,
    colorBackgroundButtonPrimaryDefault: accent,
    colorBackgroundButtonPrimaryHover: accentHover,
    colorBackgroundButtonPrimaryActive: accentActive,
    colorTextButtonPrimaryDefault: onAccent,
    colorTextButtonPrimaryHover: onAccent,
    colorTextButtonPrimaryActive: onAccent,
    colorBorderButtonPrimaryDefault: accent,
    colorBorderButtonPrimaryHover: accentHover,
    colorBorderButtonPrimaryActive: accentActive,
    colorBackgroundButtonNormalDefault: paper,
    colorBackgroundButtonNormalHover: wash,
    colorBackgroundButtonNormalActive: wash,
    colorTextButtonNormalDefault: both("#333a4d", "#d4d9e6"),
    colorTextButtonNormalHover: accentActive,
    colorTextButtonNormalActive: accentActive,
    colorBorderButtonNormalDefault: both("#c7cddb", "#414960"),
    colorBorderButtonNormalHover: accent,
    colorBorderButtonNormalDisabled: line,
    colorTextButtonNormalDisabled: both("#9aa1b2", "#626b80"),
    colorBorderButtonNormalActive: accent,
    colorTextButtonLinkDefault: accent,
    colorTextButtonLinkHover: accentHover,
    colorBackgroundButtonLinkHover: wash,
    colorTextLinkButtonNormalDefault: accent,
    colorTextLinkButtonNormalHover: accentHover,
    colorBackgroundSegmentActive: wash,
    colorBorderSegmentActive: accent,
    colorTextSegmentActive: accent,
    colorTextSegmentHover: accent,
    colorBorderSegmentWrapper: both("#c7cddb", "#414960"),
    colorBorderSegmentDivider: line,
    colorBorderInputDefault: both("#b9c0d0", "#4a5269"),
    colorBorderControlDefault: both("#8f98ac", "#6b748c"),
    colorBorderInputFocused: accent,
    colorBackgroundNotificationGreen: both("#1a7f53", "#1c6b49"),
    colorBackgroundNotificationBlue: both("#4150c8", "#35419c"),
    colorBackgroundNotificationRed: both("#c2304a", "#9c2a40"),
    colorBackgroundDropdownItemDefault: both("#ffffff", "#1d2231"),
    colorBackgroundDropdownItemHover: wash,
    colorBorderDropdownContainer: both("#c7cddb", "#414960"),
    colorBorderDropdownItemHover: both("#c7cddb", "#525fae"),
    colorTextStatusInfo: accent,
    colorTextStatusSuccess: both("#1a7f53", "#5ccf97"),
    colorTextStatusError: both("#c2304a", "#ff8096"),
    colorTextStatusWarning: both("#96610a", "#f0bf5c"),
    colorTextStatusInactive: quiet,
    colorBackgroundStatusSuccess: both("#edf8f2", "#15261e"),
    colorBorderStatusSuccess: both("#7cc4a1", "#2f7a57"),
    colorBackgroundStatusError: both("#fdf1f3", "#2c171d"),
    colorBorderStatusError: both("#e0808f", "#94394b"),
    colorBackgroundStatusWarning: both("#fff8e6", "#2b2412"),
    colorBorderStatusWarning: both("#dcb45a", "#7d6426"),
    colorBackgroundStatusInfo: wash,
    colorBorderStatusInfo: both("#a3acea", "#525fae"),
  },
};

export const sheet = generateThemeStylesheet({ theme });
