import { Line } from "./line.tsx";

/** Drawn in ASCII everywhere; with the number beside it, so that nobody has to measure. */
export function ProgressBar({ done, total, width }: { done: number; total: number; width: number }) {
	const share = total > 0 ? Math.min(1, done / total) : 0;
	const filled = Math.round(share * (width - 2));
	return <Line>{`[${"#".repeat(filled)}${"-".repeat(Math.max(0, width - 2 - filled))}] ${Math.floor(share * 100)} %`}</Line>;
}

/** A bar in characters that every terminal has: how much of the whole something is. */
export function shareBar(part: number, whole: number, width: number): string {
	const filled = part > 0 && whole > 0 ? Math.min(width, Math.round((part / whole) * width)) : 0;
	return `${"#".repeat(filled)}${".".repeat(width - filled)}`;
}

/** Whole percents; what is less than one and yet something says so. */
export function percent(part: number, whole: number): string {
	if (part <= 0 || whole <= 0) return "0";
	const share = (part / whole) * 100;
	return share < 1 ? "<1" : String(Math.round(share));
}
