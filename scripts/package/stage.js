import {
	chmodSync,
	cpSync,
	lstatSync,
	lutimesSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { compileNative } from "../native.js";
import { readJson, root } from "../project.js";
import { addNode, privateNode } from "./node.js";

/** The file tree of a package. Places must agree with src/install/installation.ts. */

const program = "/usr/lib/cagewright";
const command = "/usr/bin/cagewright";
const state = "/var/lib/cagewright";
const units = "/usr/lib/systemd/system";
/** Without code that Node.js compiled, and without what a package has elsewhere or only its build needs. */
const isShipped = (path) =>
	!/\/(dist\/(\.cache|licences\.txt|native)|packaging\/(deb|rpm|node\.json))$/.test(path) && !isEmptyMap(path);

/** esbuild writes a source map for each module, also if nothing is in it. */
function isEmptyMap(path) {
	return path.endsWith(".js.map") && JSON.parse(readFileSync(path, "utf8")).mappings === "";
}

/** Fills an empty folder. `places` are those of the package's kind: its zsh completion, and hooks by their name in packaging/. */
export function stage(folder, { epoch, hooks, processor, version, withNode, zsh }) {
	const at = (path) => join(folder, path);
	const write = (path, content, mode = 0o644) => {
		mkdirSync(dirname(at(path)), { recursive: true });
		writeFileSync(at(path), content);
		chmodSync(at(path), mode);
	};
	const packaged = (name) =>
		readFileSync(join(root, "packaging", name), "utf8")
			.replaceAll("@PROGRAM@", command)
			.replaceAll("@UPDATE@", "cagewright-update")
			.replaceAll("@STATE@", state);

	for (const part of ["bin", "dist", "templates", "packaging"])
		cpSync(join(root, part), at(join(program, part)), { recursive: true, filter: isShipped });
	compileNative(processor, at(join(program, "dist/native", processor)));
	const { bin, engines, license, name, type } = readJson("package.json");
	write(join(program, "package.json"), `${JSON.stringify({ name, version, license, type, bin, engines }, null, "\t")}\n`);
	const script = `${program}/bin/cagewright.js`;
	const text = readFileSync(at(script), "utf8").replace(/^#!.*\n/, "");
	mkdirSync(at(dirname(command)), { recursive: true });
	if (withNode) {
		addNode(processor, at(privateNode));
		write(script, text);
		write(command, `#!/bin/sh\nexec ${privateNode} ${script} "$@"\n`, 0o755);
	} else {
		// The distribution's Node.js: an administrator's PATH may begin with another one.
		write(script, `#!/usr/bin/node\n${text}`, 0o755);
		symlinkSync(`../lib/cagewright/bin/cagewright.js`, at(command));
	}

	for (const manual of readdirSync(join(root, "dist/man")))
		write(`/usr/share/man/man${manual.slice(-1)}/${manual}.gz`, compressed(readFileSync(join(root, "dist/man", manual))));
	const completions = {
		"cagewright.bash": "/usr/share/bash-completion/completions/cagewright",
		"cagewright.fish": "/usr/share/fish/vendor_completions.d/cagewright.fish",
		_cagewright: zsh,
	};
	for (const [completion, place] of Object.entries(completions)) {
		mkdirSync(at(dirname(place)), { recursive: true });
		symlinkSync(relative(dirname(place), `${program}/dist/completion/${completion}`), at(place));
	}
	for (const [hook, place] of Object.entries(hooks)) write(place, packaged(hook));

	for (const task of ["check", "update"]) {
		write(`${units}/cagewright-${task}.service`, packaged(`${task}.service`));
		const verb = task === "check" ? "Check" : "Update";
		write(`${units}/cagewright-${task}.timer`, packaged("upkeep.timer").replace("Check or update", verb));
	}
	write(`${units}/cagewright-metrics.service`, packaged("metrics.service"));
	const watch = `${command} --state ${state} watch --journal`;
	write(`${units}/cagewright-watch.service`, packaged("watch.service").replace("@COMMAND@", watch));
	return { write, finish: () => settleTree(folder, epoch) };
}

/** gzip without a name and a time (`gzip -9n`). */
export function compressed(content) {
	return gzipSync(content, { level: 9 });
}

/** Modes and times that depend neither on the checkout nor on the umask. */
function settleTree(path, epoch) {
	const status = lstatSync(path);
	if (status.isDirectory()) {
		for (const name of readdirSync(path)) settleTree(join(path, name), epoch);
		chmodSync(path, 0o755);
	} else if (status.isFile()) chmodSync(path, status.mode & 0o100 ? 0o755 : 0o644);
	lutimesSync(path, epoch, epoch);
}

/** Every file of a tree, without folders, as paths from its root. */
export function filesOf(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => !entry.isDirectory())
		.map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
		.sort();
}

export function clear(folder) {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
}
