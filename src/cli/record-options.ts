/** The options of `record`, apart from what it loads. */

export const recordFormats = ["md", "html", "json", "cyclonedx"] as const;
export type RecordFormat = (typeof recordFormats)[number];

export interface RecordOptions {
	readonly format?: RecordFormat;
	readonly output?: string;
	readonly checksum?: boolean;
	readonly verify?: string;
	readonly purpose?: string;
	readonly initiatedBy?: string;
	readonly implementedBy?: string;
	readonly approvedBy?: string;
}
