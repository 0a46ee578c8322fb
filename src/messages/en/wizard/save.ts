import type { NextStepKind } from "../../../core/questions/next-steps.ts";
import type { TextPage } from "../../../wizard/state.ts";
import type { SaveItem } from "../../../wizard/steps/save/reduce.ts";

export const saveEn = {
	saving: "Saving the cage and its record…",
	done: "The cage {name} stands and answers.",
	root: "Cage",
	data: "Data",
	record: "Record",
	testing: "Saving goes on once the ways out have been tried.",
	unsafe: "The cage {name} stands and answers, but it is NOT SAFE: see cagewright selftest.",
	next: {
		run: "Run it now",
		adopt: "Move the running service in",
		unit: "Start it with the machine",
		update: "After updates of this machine",
		selftest: "Try the ways out again",
		again: "Make it again from the host's new files",
	} satisfies Record<NextStepKind, string>,
	same: "The same again, without questions:",
	menu: {
		end: "Finish",
		next: "What comes next, to copy",
		template: "Save the answers as a template…",
		record: "Read the record",
		names: "Who initiated and implemented it, for the record…",
		unit: "Show the systemd unit",
		"install-unit": "Install the systemd unit…",
		dropin: "Show the drop-in for {service}",
		"install-dropin": "Install the drop-in for {service}…",
		changes: "Compare with the template",
	} satisfies Record<SaveItem, string>,
	titles: {
		unit: "The systemd unit of {name}",
		dropin: "The drop-in that moves {service} into {name}",
		record: "The record of {name}",
		changes: "What became of the template {template}",
		consent: "Let the template {name} run all of this? y accepts",
		next: "What comes next with {name}",
	} satisfies Record<TextPage | "next", string>,
};
