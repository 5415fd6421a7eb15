// Tabs as the keyboard knows them: one stop, arrows between them, Home and End.

export function tabsOf(list, opened = () => {}) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const panels = tabs.map((tab) => document.getElementById(tab.getAttribute("aria-controls")));
  const show = (tab, { focus = false } = {}) => {
    tabs.forEach((one, place) => {
      const chosen = one === tab;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      panels[place].hidden = !chosen;
    });
    if (focus) tab.focus();
    opened(tab.id);
  };
  for (const tab of tabs) tab.addEventListener("click", () => show(tab));
  list.addEventListener("keydown", (event) => {
    const to = target(event.key, tabs.indexOf(document.activeElement), tabs.length);
    if (to === null) return;
    event.preventDefault();
    show(tabs[to], { focus: true });
  });
  return { show: (id) => show(tabs.find((tab) => tab.id === id)) };
}

function target(key, at, count) {
  if (at < 0) return null;
  if (key === "ArrowRight") return (at + 1) % count;
  if (key === "ArrowLeft") return (at + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}
