import { packagesOf } from "../../../core/record/packages.ts";
import type { CageRecord } from "../../../core/record/record.ts";
import type { Messages } from "../../../messages/messages.ts";
import type { Markup } from "../markup.ts";
import { barChart } from "./bars.ts";

const mostBars = 12;

/** Where the bytes are: packages by their size, the small ones together. */
export function bytesPicture({ manifest }: CageRecord, messages: Messages): Markup {
	const { figures, madeForCage, withoutPackage } = messages.record.parts;
	const all = packagesOf(manifest);
	const total = all.reduce((sum, { bytes }) => sum + bytes, 0) || 1;
	const note = (bytes: number) => `${messages.bytes(bytes)} (${Math.round((bytes / total) * 100)} %)`;
	const shown = all.slice(0, all.length > mostBars ? mostBars - 1 : mostBars);
	const rest = all.slice(shown.length);
	const restBytes = rest.reduce((sum, { bytes }) => sum + bytes, 0);
	return barChart(
		[
			...shown.map(({ bytes, kind, ref }) => ({
				label: ref?.name ?? (kind === "made" ? madeForCage : withoutPackage),
				value: bytes,
				note: note(bytes),
				kind: kind === "package" ? ("plain" as const) : ("quiet" as const),
			})),
			...(rest.length
				? [
						{
							label: messages.fill(figures.rest, { count: rest.length }),
							value: restBytes,
							note: note(restBytes),
							kind: "quiet" as const,
						},
					]
				: []),
		],
		figures.bytes,
	);
}
