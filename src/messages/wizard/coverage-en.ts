import type { Further } from "../../core/application/further-exercises.ts";
import type { CoverageGroup } from "../../core/plan/coverage.ts";

/** How far an application was exercised, and what would show more of it. */
export const coverageEn = {
	groups: {
		programs: "programs",
		modules: "modules",
		configuration: "configuration",
		data: "other files",
	} satisfies Record<CoverageGroup, string>,
	line: "Reached of {packages}: {groups}",
	share: "{group} {reached:count} of {of:count}",
	noPackage: "No package brings this application, so what else there is of it is not known.",
	next: "To exercise next",
	nothing: "Nothing more is known that could be exercised.",
	shows: {
		"error-page": "the page for what is not there",
		compression: "compression",
		head: "a HEAD request",
		post: "a POST request",
		part: "a part of a page",
		"other-host": "another host name",
		save: "saving",
		rewrite: "rewriting its log",
		script: "a script",
		status: "status",
		"over-tcp": "a question over TCP",
		"reverse-name": "the name of an address",
		"unknown-name": "a name that nobody has",
		transfer: "a zone transfer",
		"host-keys": "every kind of host key",
	} satisfies Record<Further, string>,
	signal: "{signal} (reload, new log files): comes by itself at the end",
	modules: "{count:count} {count|module was|modules were} never loaded from {directory}: {names}",
	helpers: "{count:count} {count|program|programs} of {directory} never ran: {names}",
	configuration: "{count:count} {count|file|files} of {directory} never read: {names}",
	added: "This run added {paths:count} {paths|path|paths}: {what}",
	addedNothing: "This run showed nothing that the runs before it had not.",
	addedPrograms: "programs {names}",
	addedCapabilities: "capabilities {names}",
	addedPorts: "ports {names}",
	addedAccounts: "accounts {names}",
};
