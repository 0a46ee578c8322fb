import { words } from "../../native-program.ts";

export const acceptorName = "cagewright-accept";

/** Returns the data of native/accept.c for this number of sockets. */
export const acceptorData = (sockets: number) => words(sockets);
