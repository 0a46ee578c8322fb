/** Days that the figures of README.md may be older than the release. */
const mostDays = 7;

/**
 * Returns why a release must not carry the present comparison with other tools, or undefined: it was measured long before, or README.md
 * names another day than docs/benchmarks.md. `release` is in seconds since 1970.
 */
export function figuresProblem({ benchmarks, readme, release }) {
	const day = measuredOn(benchmarks);
	if (day === undefined || measuredOn(readme) !== day) return "README.md and docs/benchmarks.md do not name the same day";
	const days = (release - Date.parse(`${day}T12:00:00Z`) / 1000) / 86_400;
	if (days <= mostDays) return undefined;
	return `the comparison with other tools is of ${day}, more than ${mostDays} days before the release: npm run bench:peers -- 3`;
}

/** The first day that a text names for its figures. */
const measuredOn = (text) => /\bMeasured on (\d{4}-\d\d-\d\d)\b/.exec(text)?.[1];
