import type { FileTab } from "../../core/wizard/state.ts";

export const filesEn = {
	planning: "Working out what the cage needs…",
	tabs: {
		all: "All",
		attention: "[!]",
		files: "Files",
		links: "Links",
		directories: "Folders",
		devices: "Devices",
		generated: "Written",
		state: "State",
	} satisfies Record<FileTab, string>,
	totals:
		"{files:count} {files|file|files}, {bytes:bytes} · {links:count} {links|link|links} · {devices:count} {devices|device|devices} · {leftOut:count} left out",
	attention: "{count} [!] {count|waits|wait} for you",
	empty: "Nothing of this kind.",
	stateSeeded: "writable · {count} copied from the host, {bytes:bytes}",
	stateEmpty: "writable · starts empty",
	device: "device {type} {major}:{minor}",
	kinds: {
		file: "",
		directory: "folder",
		symlink: "link",
		device: "device",
		socket: "socket",
		bind: "mounted",
		generated: "written",
	},
	why: "Why is this here?",
	whyMode: "mode {mode}, owner {uid}:{gid}",
	fromPackage: "from the package {name} {version}",
	leftOut: "It stays out of the cage.",
	goesIn: "It goes into the cage.",
};
