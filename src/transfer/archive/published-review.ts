import { Failure } from "../../base/failure.ts";
import type { Path } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { isPublishedPath, mayPublish, namedFiles, type PublishingFacts, publishingPlaces } from "../../plan/published.ts";

interface PublishedReview {
	readonly published: Pick<Manifest, "offeredSockets" | "pidFiles">;
	/** Files that this machine does not publish. */
	readonly dropped: readonly Path[];
}

/**
 * Decides again on this machine which of the cage's sockets and process numbers root publishes. Throws `import-published` (exit 4) for a
 * path that no plan publishes.
 */
export function reviewPublished(manifest: Manifest, facts: Omit<PublishingFacts, "identity" | "isForeign">): PublishedReview {
	const places = publishingPlaces(manifest);
	const named = namedFiles(manifest);
	const bad = named.find(({ kind, path }) => !isPublishedPath(kind, path, places));
	if (bad) throw new Failure("import-published", { path: showPath(bad.path) }, 4);
	const foreign = { ...facts, identity: manifest.identity, isForeign: true };
	const refused = named.filter(({ kind, path }) => !mayPublish(kind, path, places, foreign));
	const isRefused = (kind: "socket" | "pid", path: Path) => refused.some((one) => one.kind === kind && one.path === path);
	const { offeredSockets, pidFiles } = manifest;
	return {
		published: {
			...(offeredSockets && {
				offeredSockets: offeredSockets.map((socket) =>
					socket.reach === "link" && isRefused("socket", socket.path) ? { ...socket, reach: "cage" as const } : socket,
				),
			}),
			...(pidFiles && { pidFiles: pidFiles.filter((path) => !isRefused("pid", path)) }),
		},
		dropped: refused.map(({ path }) => path),
	};
}
