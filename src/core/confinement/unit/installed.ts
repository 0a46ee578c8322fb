/** Where units of ours go, and how they are known again. */

/** `cage-NAME.service`: a name that no package brings. */
export function unitName(cage: string): string {
	return `cage-${cage}.service`;
}

export const dropinName = "50-cagewright.conf";
