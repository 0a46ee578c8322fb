import type { Workload } from "./workload.ts";

/** An OCI image (image-spec 1.1): config, manifest, index, and documents that refer to it. */

export interface Descriptor {
	readonly mediaType: string;
	readonly digest: string;
	readonly size: number;
}

/** Stores a blob of an image layout. */
export type StoreBlob = (content: string, mediaType: string) => Descriptor;

/** A document that is attached to an image (`referrers` of the distribution specification). */
export interface Attachment {
	readonly type: string;
	readonly title: string;
	readonly content: string;
}

export interface OciImage {
	readonly workload: Workload;
	readonly generation: number;
	/** Node's name of the processor (process.arch). */
	readonly architecture: string;
	readonly attachments: readonly Attachment[];
}

const media = (name: string) => `application/vnd.oci.${name}+json`;
export const layerType = "application/vnd.oci.image.layer.v1.tar";
/** Go's names of processors. */
const processors: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Returns `index.json` and the image's own descriptor. The layer is not compressed, because compressors give different bytes in each
 * version; registries' clients compress it. `created` is in seconds since 1970.
 */
export function ociIndex(
	image: OciImage,
	layer: Descriptor,
	created: number,
	store: StoreBlob,
): { index: string; image: Descriptor } {
	const { attachments, generation, workload } = image;
	const time = new Date(created * 1000).toISOString().replace(".000Z", "Z");
	const platform = { architecture: processors[image.architecture] ?? image.architecture, os: "linux" };
	const annotations = {
		"org.opencontainers.image.created": time,
		"org.opencontainers.image.title": workload.name,
		"org.opencontainers.image.version": String(generation),
	};
	const json = (value: object, mediaType: string) => store(JSON.stringify(value), mediaType);
	const manifest = (value: object) =>
		json({ schemaVersion: 2, mediaType: media("image.manifest.v1"), ...value }, media("image.manifest.v1"));
	const config = json(
		{ created: time, ...platform, config: configOf(workload), rootfs: { type: "layers", diff_ids: [layer.digest] } },
		media("image.config.v1"),
	);
	const own = manifest({ config, layers: [layer], annotations });
	const referrers = attachments.map(({ content, title, type }) => {
		const described = { "org.opencontainers.image.created": time };
		const empty = store("{}", media("empty.v1"));
		const layers = [{ ...store(content, type), annotations: { "org.opencontainers.image.title": title } }];
		return {
			...manifest({ artifactType: type, config: empty, layers, subject: own, annotations: described }),
			artifactType: type,
		};
	});
	const named = { ...own, platform, annotations: { "org.opencontainers.image.ref.name": workload.image } };
	const index = { schemaVersion: 2, mediaType: media("image.index.v1"), manifests: [named, ...referrers] };
	return { index: JSON.stringify(index), image: own };
}

function configOf({ command, cwd, env, identity, ports, volumes }: Workload): object {
	const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));
	return {
		User: `${identity.uid}:${identity.gid}`,
		Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
		Entrypoint: command,
		WorkingDir: cwd,
		StopSignal: "SIGTERM",
		...(ports.length ? { ExposedPorts: named(ports.map(({ port, protocol }) => `${port}/${protocol}`)) } : {}),
		...(volumes.length ? { Volumes: named(volumes.map(({ path }) => path)) } : {}),
	};
}
