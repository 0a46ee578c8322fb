import { isWithin, type Path, pathFromText } from "../path/path.ts";

/**
 * Where systemd keeps what belongs to accounts that exist only while their service runs (DynamicUser= in systemd.exec(5)); a link leads there from the usual
 * place. On the host only root enters, because another service gets the same number later. A cage has one account for good.
 */
const privateTops = ["/var/lib/private", "/var/cache/private", "/var/log/private", "/run/private"].map(pathFromText);

export function isPrivateTop(path: Path): boolean {
	return privateTops.some((top) => path === top);
}

/** The one that holds a service's own directory; undefined for a directory elsewhere. */
export function privateTopOf(path: Path): Path | undefined {
	return privateTops.find((top) => path !== top && isWithin(path, top));
}

/** Owners of files there: a number of the range that systemd takes from (systemd.exec(5)), or nobody, whom its mount maps to that number (systemd 257). */
export function isDynamicId(id: number): boolean {
	return (id >= 61184 && id <= 65519) || id === 65534;
}
