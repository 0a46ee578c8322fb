import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";

/**
 * A daemon and its library as two Debian packages, in any number of versions, so that upgrades are real dpkg upgrades. It writes each
 * line that a client sends to its state and syncs it. Then it answers with the library's greeting and its configuration's line.
 */

const library = "libcagewright-test-greeting";
const daemon = "cagewright-test-greeter";
export const greeter = "/usr/bin/cagewright-test-greeter";
export const configuration = "/etc/cagewright-test-greeter.conf";
export const stateDirectory = "/var/lib/cagewright-test-greeter";
export const extraFile = "/usr/share/cagewright-test-greeting/words";

interface GreeterPlaces {
	readonly configuration: string;
	readonly stateDirectory: string;
}

const program = ({ configuration, stateDirectory }: GreeterPlaces) => `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <arpa/inet.h>
#include <sys/socket.h>
const char *greeting(void);
int main(int argc, char **argv) {
	char line[256], words[128] = "";
	FILE *conf = fopen("${configuration}", "r");
	if (!conf || !fgets(words, sizeof words, conf)) return 3;
	fclose(conf);
	words[strcspn(words, "\\n")] = 0;
	int log = open("${stateDirectory}/lines", O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (log < 0) return 4;
	int server = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (bind(server, (void *)&at, sizeof at) || listen(server, 64)) return 5;
	for (;;) {
		int client = accept(server, 0, 0);
		if (client < 0) continue;
		FILE *stream = fdopen(client, "r+");
		if (fgets(line, sizeof line, stream)) {
			if (write(log, line, strlen(line)) < 0 || fdatasync(log)) return 6;
			fseek(stream, 0, SEEK_CUR);
			fprintf(stream, "%s %s\\n", greeting(), words);
			fflush(stream);
		}
		fclose(stream);
	}
}
`;

/**
 * Variants of the library: return a word, read it from a file of the same version, fail, read it only if the file is there, or need
 * state of another format.
 */
const libraries = {
	says: (word: string) => `const char *greeting(void) { return "${word}"; }`,
	reads: () => `#include <stdio.h>
		const char *greeting(void) {
			static char word[64];
			FILE *file = fopen("${extraFile}", "r");
			if (!file || fscanf(file, "%63s", word) != 1) __builtin_trap();
			fclose(file);
			return word;
		}`,
	fails: () => "const char *greeting(void) { __builtin_trap(); }",
	loads: () => `#include <stdio.h>
		const char *greeting(void) {
			static char word[64] = "without";
			FILE *file = fopen("${extraFile}", "r");
			if (file) fscanf(file, "%63s", word), fclose(file);
			return word;
		}`,
	converts: (word: string) => `#include <stdio.h>
		#include <string.h>
		#include <unistd.h>
		__attribute__((constructor)) static void start(void) {
			char line[64] = "";
			FILE *file = fopen("${stateDirectory}/lines", "r");
			if (file) fgets(line, sizeof line, file), fclose(file);
			if (!strcmp(line, "format 2\\n")) return;
			fputs("The state has format 1. Convert it first.\\n", stderr);
			_exit(7);
		}
		const char *greeting(void) { return "${word}"; }`,
} as const;

function compile(to: string, source: string, options: readonly string[]): void {
	mkdirSync(join(to, ".."), { recursive: true });
	execFileSync("gcc", ["-x", "c", "-", "-x", "none", "-o", to, ...options], { input: source });
}

function compileLibrary(to: string, name: string, source: string): void {
	compile(to, source, ["-shared", "-fPIC", `-Wl,-soname,${name}`]);
}

export interface GreeterFiles extends GreeterPlaces {
	readonly program: string;
	readonly library: string;
	/** Replaces the library with one that says this word. Like dpkg, it writes a new file. */
	replaceLibrary(word: string): void;
}

/** Creates the daemon and its library as plain files, with a library for each word. dpkg does not know them. */
export function greeterFiles(folder: string, words: readonly string[]): GreeterFiles {
	const name = "libgreeting.so.1";
	const places = { configuration: join(folder, "configuration"), stateDirectory: join(folder, "state") };
	const [daemonFile, libraryPlace] = [join(folder, "greeter"), join(folder, name)];
	for (const word of words) compileLibrary(join(folder, "versions", word), name, libraries.says(word));
	const replaceLibrary = (word: string) => {
		copyFileSync(join(folder, "versions", word), `${libraryPlace}.new`);
		renameSync(`${libraryPlace}.new`, libraryPlace);
	};
	replaceLibrary(words[0] ?? "");
	mkdirSync(places.stateDirectory);
	writeFileSync(places.configuration, "as it came\n");
	compile(daemonFile, program(places), [libraryPlace, `-Wl,-rpath,${folder}`]);
	return { ...places, program: daemonFile, library: libraryPlace, replaceLibrary };
}

export interface GreeterPackages {
	/** Installs the daemon's first version, with a library that says `word`. */
	install(word: string): void;
	/** Upgrades the library with dpkg. With `reads` and `loads`, the word comes from a file of the package, if there is a word. */
	upgrade(version: string, does: keyof typeof libraries, word?: string): void;
	/** Builds the library's package for another process to install, and returns its path. */
	pack(version: string, word: string): string;
	/** Changes the configuration as the daemon's next package version would. */
	changeConfiguration(text: string): void;
}

/** `folder` belongs to the test. The packages are purged after the file's tests. */
export function greeterPackages(folder: string): GreeterPackages {
	afterAll(() => {
		execFileSync("dpkg", ["--purge", daemon, library], { stdio: "ignore" });
		rmSync(stateDirectory, { recursive: true, force: true });
	});
	const pack = (name: string, version: string, fill: (tree: string) => void, more = ""): string => {
		const tree = join(folder, `${name}_${version}`);
		mkdirSync(join(tree, "DEBIAN"), { recursive: true });
		fill(tree);
		writeFileSync(
			join(tree, "DEBIAN/control"),
			`Package: ${name}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: nobody <nobody@example.org>\n${more}Description: for a test\n`,
		);
		const file = `${tree}.deb`;
		execFileSync("dpkg-deb", ["--root-owner-group", "--build", tree, file], { stdio: "ignore" });
		return file;
	};
	const install = (file: string) => execFileSync("dpkg", ["--install", file], { stdio: "ignore" });
	const packLibrary = (version: string, does: keyof typeof libraries, word: string) =>
		pack(library, version, (tree) => {
			compileLibrary(join(tree, `usr/lib/x86_64-linux-gnu/${library}.so.1`), `${library}.so.1`, libraries[does](word));
			if (word === "" || (does !== "reads" && does !== "loads")) return;
			mkdirSync(join(tree, extraFile, ".."), { recursive: true });
			writeFileSync(join(tree, extraFile), `${word}\n`);
		});
	return {
		install(word) {
			install(packLibrary("1.0", "says", word));
			install(
				pack(
					daemon,
					"1.0",
					(tree) => {
						compile(join(tree, greeter), program({ configuration, stateDirectory }), [
							`/usr/lib/x86_64-linux-gnu/${library}.so.1`,
						]);
						mkdirSync(join(tree, "etc"));
						writeFileSync(join(tree, configuration), "of the package\n");
						mkdirSync(join(tree, stateDirectory), { recursive: true });
					},
					`Depends: ${library}\n`,
				),
			);
		},
		upgrade: (version, does, word = "") => void install(packLibrary(version, does, word)),
		pack: (version, word) => packLibrary(version, "says", word),
		changeConfiguration: (text) => writeFileSync(configuration, text),
	};
}
