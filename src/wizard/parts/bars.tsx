import { Line } from "./line.tsx";

export function ProgressBar({ done, total, width }: { done: number; total: number; width: number }) {
	const share = total > 0 ? Math.min(1, done / total) : 0;
	return <Line tone="accent">{`${bar(share, width)} ${Math.floor(share * 100)} %`}</Line>;
}

/** `part` as a share of `whole`. A share that fills nothing has no bar, because a column of empty bars only distracts. */
export function shareBar(part: number, whole: number, width: number): string {
	const text = part > 0 && whole > 0 ? bar(Math.min(1, part / whole), width) : "";
	return text.startsWith("█") ? text : " ".repeat(width);
}

function bar(share: number, width: number): string {
	const filled = Math.round(share * width);
	return "█".repeat(filled) + "░".repeat(width - filled);
}

/** Whole percents, or `<1`. */
export function percent(part: number, whole: number): string {
	if (part <= 0 || whole <= 0) return "0";
	const share = (part / whole) * 100;
	return share < 1 ? "<1" : String(Math.round(share));
}
