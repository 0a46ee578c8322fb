import { Line } from "./line.tsx";

/** Drawn in ASCII everywhere; with the number beside it, so that nobody has to measure. */
export function ProgressBar({ done, total, width }: { done: number; total: number; width: number }) {
	const share = total > 0 ? Math.min(1, done / total) : 0;
	const filled = Math.round(share * (width - 2));
	return <Line>{`[${"#".repeat(filled)}${"-".repeat(Math.max(0, width - 2 - filled))}] ${Math.floor(share * 100)} %`}</Line>;
}
