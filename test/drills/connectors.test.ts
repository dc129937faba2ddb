import { httpTraps } from './traps/http.ts';
import { hubspotTraps } from './traps/hubspot.ts';
import { largeLoad } from './traps/load.ts';
import { salesforceTraps } from './traps/salesforce.ts';
import { segmentTraps } from './traps/segment.ts';
import { waitingTraps } from './traps/waiting.ts';

/**
 * The traps into which connectors to these vendors are known to have fallen, each by its number and name, and a load of 50,000
 * contacts with 150,000 orders. Where it is quick, a drill first shows the trap itself, through the vendor's own unmodified SDK.
 */
salesforceTraps();
hubspotTraps();
waitingTraps();
segmentTraps();
httpTraps();
largeLoad();
