import { Failure } from "../../base/failure.ts";
import { sha256 } from "../../base/host/hash.ts";
import { requireNewPlace } from "../../base/host/place.ts";
import { baseName, pathFromText, pathToJson } from "../../base/path/path.ts";
import { quoteCommand, showPath } from "../../base/path/quote.ts";
import { type PresentCage, presentCage } from "../../cage/engine/cages.ts";
import type { Manifest } from "../../cage/manifest.ts";
import { absolutePath } from "../../cli/arguments.ts";
import type { ExportOptions } from "../../cli/options.ts";
import { newOutput, outputFolder, printOrWrite } from "../../cli/output-file.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { version } from "../../cli/version.ts";
import { filterPermissions } from "../../confine/seccomp/filter-permissions.ts";
import { profileText, seccompProfile } from "../../confine/seccomp/profile.ts";
import type { Architecture } from "../../confine/seccomp/syscalls.ts";
import { callsToJson } from "../../plan/report/permissions.ts";
import type { CageRecord } from "../../record/record.ts";
import { recordToJson } from "../../record/report/json.ts";
import { hostRelease } from "../../service/host/packages.ts";
import { describeWorkload, exportCage, exportImage, exportPortable } from "../engine/export.ts";
import { writeTexts } from "../host/image.ts";
import { kubernetesObjects, unrestricted } from "../image/kubernetes.ts";
import type { Attachment } from "../image/oci.ts";
import { shortOsRelease } from "../image/package-status.ts";
import { imageReference, podmanWords } from "../image/podman.ts";
import { accountCommands, portableName } from "../image/portable.ts";
import { quadletUnits } from "../image/quadlet.ts";
import { kubernetesName } from "../image/workload.ts";

export async function exporting(terminal: Terminal, name: string, options: ExportOptions): Promise<number> {
	if (options.format !== "tar") return exportForEngine(terminal, name, options);
	if (options.output === undefined && terminal.isTTY("stdout")) throw new Failure("export-to-terminal", { name }, 2);
	if (options.output === undefined && terminal.options.json) throw new Failure("export-needs-file", { name }, 2);
	return terminal.withContext(async (context) => {
		const data = options.withData ?? false;
		const to = options.output === undefined ? 1 : newOutput(terminal, options.output, context.signal);
		if (typeof to === "string") await requireNewPlace(to);
		await exportCage(context, name, { to, data, version, architecture: process.arch });
		if (typeof to === "number") return 0;
		return terminal.wrote("export", { name, file: pathToJson(to), format: "tar", data }, () =>
			terminal.messages.cli.transfer.exported(name, showPath(to)),
		);
	});
}

/** Writes a cage for another engine. Throws `export-without-data`, `option-without` or `one-form` (exit 2). */
async function exportForEngine(terminal: Terminal, name: string, options: ExportOptions): Promise<number> {
	const { allowSecretExport, format, output, withData } = options;
	if (withData) throw new Failure("export-without-data", {}, 2);
	// The other formats contain no files.
	if (allowSecretExport && format !== "oci" && format !== "portable")
		throw new Failure("option-without", { option: "--allow-secret-export", needs: "--format oci" }, 2);
	if (format === "quadlet") return exportQuadlet(terminal, name, options);
	if (format === "seccomp" || format === "kubernetes") {
		if (output === undefined && terminal.options.json)
			throw new Failure("one-form", { one: `--format ${format}`, other: "--json" }, 2);
		return format === "seccomp" ? exportFilter(terminal, name, options) : exportKubernetes(terminal, name, options);
	}
	return format === "portable" ? exportPortableService(terminal, name, options) : exportOci(terminal, name, options);
}

/** Returns the absolute path of the export. Throws `export-needs-output`, `file-exists` or `no-such-directory` (exit 2). */
async function placeFor(terminal: Terminal, { format, output }: ExportOptions, example: string): Promise<string> {
	if (output === undefined) throw new Failure("export-needs-output", { format, example }, 2);
	const path = outputFolder(terminal, output);
	await requireNewPlace(path);
	return absolutePath(output);
}

/** Writes a cage as an OCI image. */
async function exportOci(terminal: Terminal, name: string, options: ExportOptions): Promise<number> {
	const to = await placeFor(terminal, options, `${name}.tar`);
	const isArchive = to.endsWith(".tar");
	return terminal.withContext(async (context) => {
		const { digest, workload } = await exportImage(context, name, {
			to: pathFromText(to),
			isArchive,
			architecture: process.arch,
			osRelease: shortOsRelease(hostRelease()),
			attach,
			allowSecrets: options.allowSecretExport ?? false,
			...latestTime(),
		});
		const { image } = workload;
		const run = podmanWords(workload);
		const commands = [["podman", "pull", imageReference(to, isArchive, workload)], run].map(quoteCommand);
		return terminal.wrote("export", { name, file: pathToJson(pathFromText(to)), format: "oci", image, digest, run }, () =>
			terminal.messages.cli.transfer.imageExported(image, digest, to, commands.join("\n")),
		);
	});
}

/** Writes a cage as the image of a portable service. */
async function exportPortableService(terminal: Terminal, name: string, options: ExportOptions): Promise<number> {
	const as = portableName(name);
	const to = await placeFor(terminal, options, `${as}.raw`);
	const isFile = to.endsWith(".raw");
	// The image's name must begin with the units' (portablectl(1)).
	if (!baseName(to).startsWith(as)) throw new Failure("portable-name", { name: as, path: to }, 2);
	return terminal.withContext(async (context) => {
		const { manifest } = await exportPortable(context, name, {
			to: pathFromText(to),
			isFile,
			osRelease: shortOsRelease(hostRelease()),
			allowSecrets: options.allowSecretExport ?? false,
			...latestTime(),
		});
		return terminal.wrote("export", { name, file: pathToJson(pathFromText(to)), format: "portable", unit: `${as}.service` }, () =>
			terminal.messages.cli.transfer.portableExported(name, to, attachCommands(manifest, to, isFile).join("\n")),
		);
	});
}

/** The commands that prepare a machine and start the service there. */
function attachCommands(manifest: Manifest, image: string, isFile: boolean): string[] {
	const name = portableName(manifest.name);
	const file = (path: string) => (isFile ? ["systemd-dissect", "--copy-from", image, path, "-"] : ["cat", `${image}${path}`]);
	const profile = "/etc/systemd/portable/profile/cagewright";
	const piped = (path: string, command: string) => `${quoteCommand(file(path))} | ${command}`;
	return [
		piped(`/usr/lib/sysusers.d/${name}.conf`, "systemd-sysusers -"),
		piped(`/usr/lib/tmpfiles.d/${name}.conf`, "systemd-tmpfiles --create -"),
		...accountCommands(manifest.name, manifest),
		`mkdir -p ${profile}`,
		piped("/usr/lib/systemd/portable/profile/cagewright/service.conf", `tee ${profile}/service.conf`),
		quoteCommand(["portablectl", "attach", "--profile=cagewright", "--enable", "--now", image]),
	];
}

/** Writes units for podman's generator into a new folder. */
async function exportQuadlet(terminal: Terminal, name: string, options: ExportOptions): Promise<number> {
	const to = await placeFor(terminal, options, name);
	return terminal.withContext(async (context) => {
		const { workload } = await describeWorkload(context, name);
		const units = quadletUnits(workload);
		await writeTexts(pathFromText(to), units);
		const [names, { image }] = [[...units.keys()], workload];
		const command = quoteCommand(["cp", ...names.map((unit) => `${to}/${unit}`), "/etc/containers/systemd/"]);
		return terminal.wrote("export", { name, file: pathToJson(pathFromText(to)), format: "quadlet", image, units: names }, () =>
			terminal.messages.cli.transfer.quadletExported(name, to, image, command),
		);
	});
}

/** Writes the system call filter of the present generation for container engines. */
async function exportFilter(terminal: Terminal, name: string, { output }: ExportOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		const { generation, manifest } = await presentCage(context, name);
		const file = await printOrWrite(terminal, context.signal, filterText(manifest), output);
		if (file === undefined) return 0;
		const calls = callsToJson(manifest.permissions);
		return terminal.wrote("export", { name, file: pathToJson(file), format: "seccomp", generation, calls }, () =>
			terminal.messages.cli.transfer.filterExported(name, showPath(file)),
		);
	});
}

function filterText({ permissions }: Manifest): string {
	return profileText(seccompProfile(process.arch as Architecture, filterPermissions(permissions)));
}

/** Writes objects for a Kubernetes cluster. */
async function exportKubernetes(terminal: Terminal, name: string, { output }: ExportOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		const { workload } = await describeWorkload(context, name);
		const warn = (code: string, values: Readonly<Record<string, string>>) => context.emit({ event: "warned", code, values });
		const refused = unrestricted(workload);
		for (const reason of refused) warn(`kubernetes-${reason}`, { name });
		const directories = workload.binds.filter(({ isSocket }) => !isSocket);
		const left = [...directories.map(({ path }) => path), ...workload.devices.map(showPath)];
		if (left.length) warn("kubernetes-left-out", { paths: left.join(", ") });
		const as = kubernetesName(name);
		if (as !== name) warn("kubernetes-renamed", { name, as });
		// Its library is large, so it is loaded on demand.
		const { kubernetesText } = await import("../report/kubernetes.ts");
		const comments = refused.map((reason) => terminal.messages.note(`kubernetes-${reason}`, { name }));
		const text = kubernetesText(kubernetesObjects(workload), comments);
		const file = await printOrWrite(terminal, context.signal, text, output);
		if (file === undefined) return 0;
		const { image } = workload;
		return terminal.wrote(
			"export",
			{ name, file: pathToJson(file), format: "kubernetes", image, restricted: !refused.length },
			() => terminal.messages.cli.transfer.kubernetesExported(name, showPath(file), image),
		);
	});
}

/** Record, bill of materials and filter. */
async function attach(record: CageRecord, { manifest }: PresentCage): Promise<Attachment[]> {
	// Its library is large, so it is loaded on demand.
	const { recordCycloneDx } = await import("../../record/report/cyclonedx.ts");
	const json = `${JSON.stringify({ schema: "cagewright/record/1", ...recordToJson(record) })}\n`;
	return [
		{ type: "application/vnd.cagewright.record.v1+json", title: "record.json", content: json },
		{ type: "application/vnd.cyclonedx+json", title: "sbom.cdx.json", content: recordCycloneDx(record, { version, sha256 }) },
		{ type: "application/vnd.cagewright.seccomp.v1+json", title: "seccomp.json", content: filterText(manifest) },
	];
}

/** https://reproducible-builds.org/specs/source-date-epoch/ */
function latestTime(): { latest?: number } {
	const { SOURCE_DATE_EPOCH: epoch = "" } = process.env;
	return /^\d{1,11}$/.test(epoch) ? { latest: Number(epoch) } : {};
}
