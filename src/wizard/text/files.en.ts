import type { Recommendation } from "../../plan/groups.ts";
import type { EntryKind, Risk } from "../../plan/plan.ts";
import { planEn } from "../../plan/text/en.ts";
import type { FileTab } from "../state/files-state.ts";

function capitalised<Name extends string>(words: Readonly<Record<Name, string>>): Readonly<Record<Name, string>> {
	const all = Object.entries<string>(words).map(([name, word]) => [name, word.charAt(0).toUpperCase() + word.slice(1)]);
	return Object.fromEntries(all) as Record<Name, string>;
}

export const filesEn = {
	planning: "Finding out what the cage needs…",
	replanning: "updating the plan…",
	groups: { ...capitalised(planEn.groups), secrets: "Secrets and setuid files" },
	tabs: {
		all: "All",
		attention: "Waiting",
		risky: "Risky",
		in: "In",
		out: "Out",
		decided: "Yours",
		new: "New",
	} satisfies Record<FileTab, string>,
	emptyTabs: {
		all: "Nothing goes into this cage.",
		attention: "Nothing needs your decision.",
		risky: "No known risks.",
		in: "Nothing is included.",
		out: "Nothing is left out.",
		decided: "You have not changed the proposal.",
		new: "Nothing yet. Entries that are new since the last trial appear here.",
	} satisfies Record<FileTab, string>,
	totals:
		"{files:count} {files|file|files}, {bytes:bytes} · {links:count} {links|link|links} · {devices:count} {devices|device|devices} · {leftOut:count} left out",
	totalsShort: "{files:count} {files|file|files}, {bytes:bytes} · {leftOut:count} left out",
	head: {
		text: "A text of {bytes:bytes}.",
		binary: "A binary file of {bytes:bytes}. These are its texts:",
		cut: "There is more.",
	},
	attention: "{count} [!] {count|needs|need} your decision",
	decided: "Nothing needs your decision.",
	stateSeeded: "{count} copied",
	stateEmpty: "starts empty",
	device: "device {type} {major}:{minor}",
	kinds: {
		file: "",
		directory: "empty folder",
		symlink: "link",
		device: "device",
		socket: "socket",
		bind: "mounted",
		generated: "generated",
	} satisfies Record<EntryKind, string>,
	/** One word in a column. */
	recommended: {
		copy: "copied",
		empty: "empty",
		seed: "with content",
		bind: "mounted",
		generate: "generated",
		make: "created",
		"leave-out": "left out",
	} satisfies Record<Recommendation, string>,
	recommendation: "Proposed: {words}.",
	spare: "Most services work without {place}: press Space to leave it out.",
	sums: "{in:count} of {items:count} included, {bytes:bytes}, {share} % of the cage.",
	waitingHere: "{count} {count|needs|need} your decision: press !.",
	largest: "Largest items:",
	others: "{count:count} more",
	whyMode: "mode {mode}, owner {uid}:{gid}",
	fromPackage: "from the package {name} {version}",
	leftOut: "Left out of the cage.",
	goesIn: "Included in the cage.",
	isMounted: "Mounted from the host, not copied.",
	isState: "The application writes here. The data is kept outside the cage and survives updates.",
	seeded: "Copied from the host once:",
	startsEmpty: "It starts empty. Press Space to copy the host's content once.",
	links: "Links to it:",
	needs: "Needs:",
	byRule: "Your rule {rule} leaves it out.",
	isNew: "New since the last trial.",
	risks: {
		secret: "Secret (private key, password file or token): an intruder in the application can read it.",
		setuid: "Setuid: it runs with its owner's rights, whoever starts it.",
		device: "Device that gives access to the host.",
		"world-writable": "World-writable on the host: anybody could change it before Cagewright copies it.",
		state: "Changes while the application runs.",
		"refused-device": "Refused device: it would allow an escape from any cage.",
		large: "Large.",
		home: "From a home directory.",
	} satisfies Record<Risk, string>,
	can: "Space: include or leave out. {key:bind}: mount. {key:empty}: empty. {key:writable}: writable.",
	canState: "Space: start with the host's content or empty. {key:bind}: mount the host's directory.",
};

export const fileNoticesEn = {
	"name-not-text": "The name {path} is not UTF-8, so no rule can match it. Press g to leave out its folder.",
	"device-always": "{path} is harmless and always included.",
	"device-never": "{path} would allow an escape, so cages never contain it.",
	"generated-always": "{path} is generated for the cage and always included.",
	"decoy-always": "{path} is a decoy. Press d to remove all decoys.",
	"decoys-placed":
		"Decoys are placed where intruders look and the application does not. Opening one raises an alarm. Press d again to remove them.",
	"decoys-removed": "The decoys are removed.",
	"goes-on-once-planned": "The plan is being updated. The next step opens when it is ready.",
	"nothing-to-undo": "There is nothing to undo.",
	"nothing-to-redo": "There is nothing to redo.",
	"undecided-first": "{count} [!] {count|needs|need} your decision. Press {key:back} to decide, or Enter to go on as it is.",
	"no-file-inside": "Only files can be looked at.",
	"secret-not-shown": "{path} is a secret and is not shown.",
	"one-round": "There was only one round.",
	"nothing-waits": "Nothing needs your decision.",
	"nothing-to-decide": "Nothing here can be changed.",
	"only-skipped":
		"{skipped} {skipped|item needs|items need} a separate decision: include secrets, setuid files and devices one by one. Press ! for the next one.",
	"many-in": "{count:count} included. Press u to undo.",
	"many-in-skipped":
		"{count:count} included. {skipped} {skipped|item needs|items need} a separate decision (press !). Press u to undo.",
	"many-out": "{count:count} left out. Press u to undo.",
	"pattern-matches-nothing": "{pattern} matches nothing in this plan. The rule is kept for later plans.",
	"pattern-replaced":
		"Your rule {pattern} left this item out. It was replaced by separate rules for its other matches. Press u to undo.",
	"link-leads": "Also left out {count:count} {count|item|items} that the link {path} leads to. Press u to undo.",
	"no-package": "This belongs to no known package.",
	"no-kind": "Select a file, link or device first.",
	"no-folder": "Select a folder first.",
	"bind-never": "{path} is part of the host's system. Mounting it would defeat the cage.",
	"mounted-ro": "{path} is mounted read-only. Press {key:bind} again to make it writable.",
	"mounted-rw": "{path} is mounted writable: the application changes the host's files. Press {key:bind} again to unmount.",
	"mounted-not": "{path} is no longer mounted.",
	"made-empty": "{path} will be empty in the cage. Press e again to include its content.",
	"filled-again": "{path} is included with its content again.",
	"state-empty": "{path} starts empty.",
	"state-as-found": "{path} starts with the files that the application read.",
	"state-seeded": "{path} starts with all of the host's files.",
};
