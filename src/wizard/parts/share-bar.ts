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
