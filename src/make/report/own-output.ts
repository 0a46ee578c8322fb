import { checksumLine } from "../../record/verification.ts";

/**
 * Recognises outputs of this and earlier releases by the beginning of the file, so that a command may replace its own result. A
 * text that only mentions Cagewright is not one of them.
 */
export type Recognise = (beginning: string) => boolean;

/** The introduction of every record, in each language and release. */
const introduction = /\(SYS\.1\.3\.A10\)\. (?:Written by Cagewright|Geschrieben von Cagewright|Von Cagewright .*geschrieben)\b/;
const title = "(?:Record of the cage|Nachweis für den Käfig) ";

/** A record in any format. */
export const isRecord: Recognise = (beginning) =>
	isRecordMarkdown(beginning) || isRecordPage(beginning) || isRecordJson(beginning) || isRecordOfPackages(beginning);

const isRecordMarkdown: Recognise = (beginning) => {
	const [first = "", second, third = ""] = beginning.split("\n", 3);
	return new RegExp(`^# ${title}`).test(first) && second === "" && introduction.test(third);
};

const isRecordPage: Recognise = (beginning) => {
	if (!beginning.startsWith('<!DOCTYPE html>\n<html lang="')) return false;
	const [, body = ""] = beginning.split("\n<body>\n", 2);
	const [page, header, heading = "", intro = ""] = body.split("\n", 4);
	return (
		page === '<div class="page">' &&
		header === "<header>" &&
		new RegExp(`^<h1>${title}`).test(heading) &&
		intro.startsWith('<p class="intro">') &&
		introduction.test(intro)
	);
};

const isRecordJson: Recognise = (beginning) => /^\{\s*"schema":\s*"cagewright\/record\/1",/.test(beginning);

/** CycloneDX. Its description comes before its components, which may name anything. */
const isRecordOfPackages: Recognise = (beginning) => {
	const [description = ""] = beginning.split('\n  "components": [', 1);
	return (
		/^\{\s*"\$schema":[^\n]*\n\s*"bomFormat": "CycloneDX",/.test(description) &&
		/\n {2}"metadata": \{\n/.test(description) &&
		/"name": "cagewright:fingerprint"/.test(description)
	);
};

/** A file that only checks the record with this name. */
export function isChecksumOf(name: string): Recognise {
	return (beginning) => {
		const sum = beginning.replace(/^\\/, "").slice(0, 64);
		return /^[0-9a-f]{64}$/.test(sum) && beginning === checksumLine(sum, name);
	};
}

/** `_index.json` and `_index.md` of the records of all cages. */
export const isRecordIndex: Recognise = (beginning) => {
	if (/^\{\s*"schema":\s*"cagewright\/record-index\/1",/.test(beginning)) return true;
	const [first = "", second, time = "", fourth, table = ""] = beginning.split("\n", 5);
	const isTitle = /^# (?:Cages of|Käfige von) /.test(first) && second === "" && fourth === "";
	return isTitle && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time) && table.startsWith("| ");
};

/** Metrics without those of anybody else. */
export const areMetrics: Recognise = (beginning) =>
	beginning.startsWith("# HELP cagewright_build_info ") &&
	// The last line may be cut off.
	beginning
		.split("\n")
		.slice(0, -1)
		.every((line) => /^(?:# (?:HELP|TYPE) )?cagewright_/.test(line));
