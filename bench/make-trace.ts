/**
 * Yields a trace like a busy daemon's, in chunks of a pipe: `lines` calls over `paths` distinct paths, mostly opens and stats by
 * absolute name, some relative, some unfinished and resumed, some failing. Equal arguments give equal bytes.
 */
export function* makeTrace(lines: number, paths: number, chunkSize = 65_536): Generator<Buffer> {
	let pending = '4000  execve("/usr/sbin/daemon", ["daemon"], 0x7ffc0 /* 9 vars */) = 0\n';
	let seed = 1;
	const random = (below: number) => {
		seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
		return (seed >>> 8) % below;
	};
	for (let line = 1; line < lines; line++) {
		// Half of the calls use a few paths, as for a web server; the rest use all of them.
		const number = line % 2 === 0 ? random(Math.min(paths, 200)) : Math.floor(line / 2) % paths;
		const path = `/srv/site-${number % 97}/assets/${number % 13}/document-${number}.html`;
		const pid = 4000 + random(4);
		switch (random(8)) {
			case 0:
				pending += `${pid}  newfstatat(AT_FDCWD</srv>, "${path}", {st_mode=S_IFREG|0644, st_size=${number}, ...}, 0) = 0\n`;
				break;
			case 1:
				pending += `${pid}  openat(AT_FDCWD</srv>, "${path}.gz", O_RDONLY|O_NONBLOCK) = -1 ENOENT (No such file or directory)\n`;
				break;
			case 2:
				pending += `${pid}  openat(AT_FDCWD</srv>, "${path.slice(5)}", O_RDONLY|O_CLOEXEC <unfinished ...>\n`;
				pending += `${pid}  <... openat resumed>)             = 11<${path}>\n`;
				break;
			case 3:
				pending += `${pid}  access("${path}", R_OK)       = 0\n`;
				break;
			case 4:
				pending += `${pid}  openat(9</srv/site-${number % 97}>, "assets/${number % 13}/document-${number}.html", O_RDONLY) = 12<${path}>\n`;
				break;
			case 5:
				pending += `${pid}  socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 13<socket:[${line}]>\n`;
				break;
			default:
				pending += `${pid}  openat(AT_FDCWD</srv>, "${path}", O_RDONLY|O_NONBLOCK|O_CLOEXEC) = 11<${path}>\n`;
		}
		if (pending.length >= chunkSize) {
			yield Buffer.from(pending.slice(0, chunkSize), "latin1");
			pending = pending.slice(chunkSize);
		}
	}
	if (pending !== "") yield Buffer.from(pending, "latin1");
}
