/** Help of the verbs that print and install units. */
export const unitHelpEn = {
	unit: {
		about: "Print or install a hardened systemd unit for a cage",
		dropin: "Write a drop-in that moves this service of the host into the cage",
		install: "Write the result where the host reads it, such as /etc/systemd/system",
		uninstall: "Remove what --install wrote",
		score: "Show systemd's exposure rating before and after",
		dryRun: "Show what --install or --uninstall would do",
		root: "Read the units of another system's file tree",
		logrotate: "Print a logrotate file for the cage's logs instead",
		deployHook: "Print a certbot hook that reloads a renewed certificate instead",
	},
};
