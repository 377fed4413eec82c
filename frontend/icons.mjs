// Icons of page and map, by their names in Lucide.
export const ICONS = [
  "activity", "ambulance", "arrow-left", "arrow-right", "ban", "bell", "building", "building-2", "calendar", "camera",
  "camera-off", "car", "check", "chevron-down", "chevron-left", "chevron-right", "chevron-up", "circle",
  "circle-alert", "circle-parking", "clock", "cloud-rain", "compass", "copy", "database", "diamond", "download",
  "droplets", "ellipsis", "external-link", "eye", "eye-off", "flame", "funnel", "gauge", "globe", "hard-drive",
  "history", "house", "info", "languages", "layers", "link", "list", "locate-fixed", "log-out", "map", "map-pin",
  "maximize", "menu", "minimize", "minus", "monitor", "moon", "navigation", "newspaper", "panel-left", "panel-right",
  "pause", "play", "plus", "radio", "refresh-cw", "scan-eye", "rotate-ccw", "search", "settings", "share-2", "shield",
  "signal", "signal-zero", "siren", "skip-back", "skip-forward", "square", "square-parking", "sun", "sun-moon", "table",
  "thermometer", "traffic-cone", "trees", "triangle", "triangle-alert", "user", "users", "video", "volume-2", "waves",
  "wifi", "wifi-off", "wind", "x", "zap",
];
