import type { ThemeConfig } from 'antd'

// Every text colour keeps 4.5 : 1 on white and on the page's grey; Ant Design's
// own secondary greys do not.
export const colors = {
  primary: '#0f6b5c',
  ink: '#1b2420',
  soft: '#56625d',
  line: '#e3e8e5',
  page: '#f4f6f5',
  danger: '#b42318',
  /** For the series of charts, in order. Told apart without colour sight by their lightness. */
  series: ['#0f6b5c', '#d9822b', '#5b5bd6', '#a1446d', '#3b82a0'],
}

/** Where money stands, in every picture of it. */
export const accountColors = { held: '#d9822b', available: '#0f6b5c', reserved: '#3b82a0', paid: '#5b5bd6', debt: '#b42318' }

export const theme: ThemeConfig = {
  token: {
    colorPrimary: colors.primary,
    colorLink: colors.primary,
    colorLinkHover: '#0a4f44',
    colorInfo: '#1f5f99',
    colorSuccess: '#1c7a4a',
    colorWarning: '#9a5b00',
    colorError: colors.danger,
    colorText: colors.ink,
    colorTextSecondary: colors.soft,
    colorTextTertiary: colors.soft,
    colorTextDescription: colors.soft,
    colorTextPlaceholder: '#66716c',
    colorTextDisabled: '#66716c',
    colorBgLayout: colors.page,
    colorBorderSecondary: colors.line,
    // Derived from such dark colours, the tints would be grey.
    colorPrimaryBg: '#e3f1ee',
    colorPrimaryBgHover: '#d3e9e4',
    colorInfoBg: '#e6f0fa',
    colorInfoBorder: '#bcd6ee',
    colorWarningBg: '#fdf1dd',
    colorWarningBorder: '#f0dcb8',
    colorErrorBg: '#fde8e6',
    colorErrorBorder: '#f5c2bd',
    colorSuccessBg: '#e2f4ea',
    borderRadius: 8,
    fontFamily: `-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif`,
  },
  components: {
    Table: { headerBg: '#f4f6f5', rowSelectedBg: '#f0f8f6', rowSelectedHoverBg: '#e3f1ee', headerColor: colors.soft, cellPaddingBlock: 12 },
    Segmented: { trackBg: '#e6ebe8' },
    Card: { headerFontSize: 15 },
  },
}
