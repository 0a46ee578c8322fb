/** What `install`, `uninstall` and `stale` say, English. */
export const installEn = {
	would: "Would write, and let the timer run once a day:",
	installed: (timer: boolean) =>
		`Installed${timer ? "; the timer runs once a day (systemctl list-timers cagewright-upkeep)" : ""}. cagewright uninstall takes all of it away, and never a cage:`,
	wouldRemove: "Would remove, and leave cages and templates as they are:",
	removed: "Removed; cages and templates are as they were:",
	nothing: "Nothing was installed.",
	left: (path: string) => `${path} is not as it was installed, and stays.`,
	stale: (name: string, packages: string, security: boolean) =>
		`cagewright: the cage ${name} still has older files${packages ? ` of ${packages}` : ""}${security ? " (security update)" : ""}; bring it up to date: cagewright update ${name}`,
};
