/** Help of the verbs that write records. */
export const recordHelpEn = {
	record: {
		about: "Write the documentation of a cage, for approval and audit",
		format: "Format (default: from the file name, otherwise md)",
		all: "Write the records of all cages into the folder of -o, with an index",
		output: "Write to this file, or with --all this folder, readable by its owner only (default: stdout, also `-`)",
		force: "Replace files that Cagewright did not write",
		checksum: "Write its SHA-256 to a second file and to the cage's log (only with -o)",
		verify: "Check instead whether this file is an unchanged record of the cage",
		purpose: "Purpose of the cage; stored for the next record, and removed by an empty text",
		initiatedBy: "Person who initiated it; stored for all later cages",
		implementedBy: "Person who implemented it; stored for all later cages",
		approvedBy: "Person who approves the present generation and accepts the remaining risk",
	},
};
