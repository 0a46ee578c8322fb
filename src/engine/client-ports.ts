import type { Client, ClientProcess, ObservedClients, Offer } from "../core/adoption/clients.ts";
import type { NeighbourSocket } from "../core/adoption/company.ts";
import type { Path } from "../core/path/path.ts";

/** Finds and asks the clients of the host's services. Changes nothing. */
export interface ServiceClients {
	/**
	 * Looks at the host's processes, sockets and units once. `places` are directories with the service's state. `paths` are looked at
	 * even if the service offers them no more. Takes some tenths of a second.
	 */
	look(service: string, places: readonly Path[], paths?: ObservedClients["paths"]): Promise<ObservedClients>;
	/** Programs whose configuration in /etc names an offer, without the files in `own`. Bounded in size and time. */
	configured(offers: readonly Offer[], own: ReadonlySet<Path>): readonly Client[];
	/** Sockets with a path on which other running services listen. */
	neighbours(service: string): Promise<readonly NeighbourSocket[]>;
	/** Base names of the executables among these files of packages. */
	executables(files: readonly Path[]): readonly Path[];
	/**
	 * Connects to the offer with the account, groups, root directory and network of the client's process. Undefined if such a
	 * connection proves nothing, for example because it is not a stream.
	 */
	connect(process: ClientProcess, offer: Offer): Promise<ConnectResult | undefined>;
}

/** `open`: the connection lasted for a moment. `closed`: the service closed it at once. Otherwise an error of connect(2), e.g. `EACCES`. */
export type ConnectResult = "open" | "closed" | (string & {});
