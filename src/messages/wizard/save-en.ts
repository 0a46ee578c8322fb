import type { SaveItem } from "../../core/wizard/saving.ts";

export const saveEn = {
	saving: "Saving the cage and its record…",
	done: "The cage {name} stands and answers.",
	root: "Cage",
	data: "Data",
	record: "Record",
	run: "Run it",
	unit: "As a service",
	same: "The same again, without questions:",
	menu: { end: "Finish", template: "Save the answers as a template", unit: "Show the systemd unit" } satisfies Record<
		SaveItem,
		string
	>,
	unitTitle: "The systemd unit (`cagewright unit {name}` prints it):",
};
