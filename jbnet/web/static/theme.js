// Before the first paint: the theme that was chosen here, so that a wall at night does not flash white.
const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
