import type { ServiceClients } from "../../engine/client-ports.ts";
import { executablesOf, lookAtClients, neighbourSockets } from "./clients.ts";
import { configuredClients } from "./configured-clients.ts";
import { connectAs } from "./connecting.ts";

export const serviceClients: ServiceClients = {
	look: lookAtClients,
	configured: configuredClients,
	neighbours: neighbourSockets,
	executables: executablesOf,
	connect: connectAs,
};
