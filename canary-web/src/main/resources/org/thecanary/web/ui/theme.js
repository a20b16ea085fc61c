// SPDX-License-Identifier: Apache-2.0
// Before the first paint: the theme that was chosen, or the system's.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset.theme = theme;
} catch { /* storage may be forbidden */ }
