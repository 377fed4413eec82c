// Icons of page and map, by their names in Lucide.
export const ICONS = [
  "activity", "ambulance", "arrow-left", "arrow-right", "ban", "bell", "bookmark", "building", "building-2", "bus", "calendar",
  "camera", "camera-off", "car", "check", "chevron-down", "chevron-left", "chevron-right", "chevron-up", "circle",
  "circle-alert", "circle-parking", "circle-question-mark", "clock", "cloud-rain", "compass", "copy", "database",
  "diamond", "download", "droplets", "ellipsis", "external-link", "eye", "eye-off", "factory", "flame", "funnel",
  "gauge", "globe", "graduation-cap", "hard-drive", "history", "hospital", "house", "info", "languages", "layers",
  "link", "list", "locate-fixed", "log-out", "map", "map-pin", "maximize", "menu", "minimize", "minus", "monitor",
  "moon", "navigation", "newspaper", "panel-left", "panel-right", "pause", "play", "plus", "radio", "refresh-cw",
  "rotate-ccw", "route", "scan-eye", "school", "search", "settings", "share-2", "shield", "signal", "signal-zero",
  "signpost", "siren", "skip-back", "skip-forward", "square", "square-parking", "sticky-note", "store", "sun", "sun-moon", "sunset",
  "table", "thermometer", "traffic-cone", "train-front", "trees", "triangle", "triangle-alert", "user", "users",
  "video", "volume-2", "waves", "wifi", "wifi-off", "wind", "x", "zap",
];
