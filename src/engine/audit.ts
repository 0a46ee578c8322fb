import type { AuditPolicy, Finding } from "../core/cage/audit.ts";
import type { Manifest } from "../core/cage/manifest.ts";
import { launchDirectory, temporaryDirectories } from "../core/confinement/launch.ts";
import { Failure } from "../core/failure.ts";
import { pathFromText } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import type { Context } from "./context.ts";
import type { CageLayout } from "./ports.ts";

/** What a generation may hold, from its own manifest. */
function policyOf(manifest: Manifest, layout: CageLayout): AuditPolicy {
	const { identity } = manifest;
	const switched = manifest.accounts.users.filter((user) => user.uid !== 0);
	return {
		owner: manifest.owner?.uid ?? 0,
		devices: layout.devices,
		setuid: manifest.entries.filter((entry) => entry.mode & 0o6000).map((entry) => entry.path),
		special: [],
		mounts: [
			...layout.writable,
			...layout.binds.map((bind) => pathFromText(bind.path)),
			...temporaryDirectories,
			launchDirectory,
			pathFromText("/proc"),
		],
		accounts: [
			...(identity.uid === 0 ? [] : [{ uid: identity.uid, gids: [identity.gid, ...identity.groups] }]),
			...switched.filter((user) => user.uid !== identity.uid).map((user) => ({ uid: user.uid, gids: [user.gid] })),
		],
	};
}

/**
 * Looks at a generation as it is on disk now: after a build and before each launch. Throws `audit-danger` (exit 4) for what would
 * let the application out or others in; the rest comes back as warnings.
 */
export async function auditGeneration(
	{ machine, signal }: Context,
	manifest: Manifest,
	layout: CageLayout,
): Promise<readonly Finding[]> {
	const findings = await machine.audit(layout.root, policyOf(manifest, layout), signal);
	const danger = findings.find((finding) => finding.severity === "danger");
	if (danger) throw new Failure("audit-danger", { name: manifest.name, path: showPath(danger.path), code: danger.code }, 4);
	return findings;
}
