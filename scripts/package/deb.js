import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../project.js";
import { nodeLicence, runtime } from "./node.js";
import { homepage, maintainer, wrapped } from "./release.js";
import { clear, compressed, filesOf, stage } from "./stage.js";

const architectures = { x64: "amd64", arm64: "arm64" };
const hook = "/etc/apt/apt.conf.d/80cagewright";

/** Builds a Debian package (deb(5)) in `output` and returns its path. */
export function buildDeb({ history, name, output, processor, withNode, work }) {
	const [{ date, version }] = history;
	const architecture = architectures[processor];
	const tree = join(work, "deb");
	clear(tree);
	const places = { zsh: "/usr/share/zsh/vendor-completions/_cagewright", hooks: { "apt.conf": hook } };
	const { finish, write } = stage(tree, { epoch: date, processor, version, withNode, ...places });
	const documentation = `/usr/share/doc/${name}`;
	write(`${documentation}/changelog.gz`, compressed(changelog(name, history)));
	write(`${documentation}/copyright`, copyright(withNode && processor));

	write(`/usr/share/lintian/overrides/${name}`, overrides(name, withNode));

	const files = filesOf(tree).filter((path) => lstatSync(tree + path).isFile());
	const control = join(tree, "DEBIAN");
	mkdirSync(control);
	const metadata = (file, text, mode = 0o644) => {
		writeFileSync(join(control, file), text);
		chmodSync(join(control, file), mode);
	};
	const kilobytes = files.reduce((sum, path) => sum + Math.ceil(lstatSync(tree + path).size / 1024), 0);
	const sums = files.filter((path) => path !== hook).map((path) => `${md5(readFileSync(tree + path))}  ${path.slice(1)}\n`);
	metadata("control", controlFile({ architecture, kilobytes, name, version, withNode }));
	metadata("conffiles", `${hook}\n`);
	metadata("md5sums", sums.join(""));
	for (const script of ["postinst", "prerm", "postrm"])
		metadata(script, readFileSync(join(root, "packaging/deb", script), "utf8"), 0o755);
	finish();

	const file = join(output, `${name}_${version}_${architecture}.deb`);
	execFileSync("dpkg-deb", ["--build", "--root-owner-group", "-Zxz", "-z3", tree, file], {
		// Threads change the compressed bytes.
		env: { ...process.env, SOURCE_DATE_EPOCH: String(date), DPKG_DEB_THREADS_MAX: "1" },
		stdio: ["ignore", "ignore", "inherit"],
	});
	return file;
}

function controlFile({ architecture, kilobytes, name, version, withNode }) {
	const needs = ["mount", "passwd", "strace", "util-linux (>= 2.37)"];
	const fields = {
		Package: name,
		Version: version,
		Architecture: architecture,
		Maintainer: maintainer,
		"Installed-Size": kilobytes,
		Depends: [...(withNode ? ["libc6 (>= 2.28)", "libgcc-s1", "libstdc++6 (>= 9)"] : ["nodejs (>= 20.19)"]), ...needs].join(", "),
		Recommends: "libcap2-bin",
		...(withNode ? { Provides: `cagewright (= ${version})`, Conflicts: "cagewright", Replaces: "cagewright" } : {}),
		...(homepage ? { Homepage: homepage } : {}),
		Section: "admin",
		Priority: "optional",
	};
	const description = [
		"Description: cage for services: trace, build and prove a chroot jail",
		" Cagewright puts a Linux service into a chroot jail, the cage, and runs it",
		" there with little more than it needs. It traces the service in a sandbox,",
		" shows which files the cage needs and why, and tests the cage until the",
		" service answers from inside. It also tries known escape techniques, writes",
		" the documentation, and keeps the cage up to date.",
		...(withNode
			? [
					" .",
					` This variant contains Node.js ${runtime.version} for systems whose nodejs is older than`,
					" 20.19. Only new versions of this package update that copy. Where nodejs is",
					" recent, install the package cagewright instead.",
				]
			: []),
	];
	return `${[...Object.entries(fields).map(([key, value]) => `${key}: ${value}`), ...description].join("\n")}\n`;
}

/** For lintian. Each line is about the package of this name. */
function overrides(name, withNode) {
	const files = ["overrides", ...(withNode ? ["with-node.overrides"] : [])];
	const text = files.map((file) => readFileSync(join(root, "packaging/deb", file), "utf8")).join("");
	return text.replaceAll(/^(?=[^#])/gm, `${name}: `);
}

/** deb-changelog(5) */
function changelog(name, history) {
	const entries = history.map(({ changes, date, version }) =>
		[
			`${name} (${version}) unstable; urgency=medium`,
			"",
			...changes.map((change) => wrapped(change, "  * ")),
			"",
			` -- ${maintainer}  ${new Date(date * 1000).toUTCString().replace("GMT", "+0000")}`,
			"",
		].join("\n"),
	);
	return entries.join("\n");
}

function copyright(nodeProcessor) {
	const parts = [
		`This is Cagewright, packaged by its authors.\n\n${readFileSync(join(root, "LICENSE"), "utf8")}`,
		`The files in /usr/lib/cagewright/dist contain parts of these libraries.\n\n${readFileSync(join(root, "dist/licences.txt"), "utf8")}`,
		...(nodeProcessor ? [`/usr/lib/cagewright/bin/node is Node.js ${runtime.version}.\n\n${nodeLicence(nodeProcessor)}`] : []),
	];
	return withoutApacheTexts(parts.join(`\n${"-".repeat(76)}\n\n`));
}

/** Debian has the text of this licence in one place (policy 12.5). */
function withoutApacheTexts(text) {
	return text.replaceAll(
		/[ \t]*Apache License\s+Version 2\.0, January 2004[\s\S]*?limitations under the License\.\n/g,
		"On Debian systems, the text of the Apache License, Version 2.0, is in\n/usr/share/common-licenses/Apache-2.0.\n",
	);
}

function md5(content) {
	return createHash("md5").update(content).digest("hex");
}
