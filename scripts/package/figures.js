/** Days that the figures of a page may be older than the release. */
const mostDays = 7;

/**
 * Returns why a release must not carry the present comparisons with other tools, or undefined: a page names no day, or was measured long
 * before. `pages` are texts by path, `release` is in seconds since 1970.
 */
export function figuresProblem({ pages, release }) {
	for (const [path, text] of Object.entries(pages)) {
		const [, day] = /\bMeasured on (\d{4}-\d\d-\d\d)\b/.exec(text) ?? [];
		if (day === undefined) return `${path} does not name the day of its figures`;
		const days = (release - Date.parse(`${day}T12:00:00Z`) / 1000) / 86_400;
		if (days > mostDays) return `${path} has figures of ${day}, more than ${mostDays} days before the release: ${renewals[path]}`;
	}
	return undefined;
}

const renewals = { "docs/benchmarks.md": "npm run bench:peers -- 3", "docs/compared.md": "npm run bench:confinements" };

/** The pages that compare Cagewright with other tools. */
export const comparedPages = Object.keys(renewals);
