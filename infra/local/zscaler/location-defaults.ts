/** What does a location have that nobody gave it? As recorded. */
import type { Json } from './wire.js';

/** Fields of every answer; a PUT that leaves one out sets it back (recorded with `country`). */
export const locationDefaults: Json = {
  nonEditable: false,
  parentId: 0,
  upBandwidth: 0,
  dnBandwidth: 0,
  country: 'NONE',
  language: 'NONE',
  tz: 'NOT_SPECIFIED',
  geoOverride: false,
  authRequired: false,
  sslScanEnabled: false,
  zappSslScanEnabled: false,
  xffForwardEnabled: false,
  otherSubLocation: false,
  ecLocation: false,
  bcLocation: false,
  ccLocation: false,
  surrogateIP: false,
  cookiesAndProxy: false,
  idleTimeInMinutes: 0,
  surrogateIPEnforcedForKnownBrowsers: false,
  kerberosAuth: false,
  jwtAuth: false,
  digestAuthEnabled: false,
  ofwEnabled: false,
  ipsControl: false,
  aupEnabled: false,
  cautionEnabled: false,
  aupBlockInternetUntilAccepted: false,
  aupForceSslInspection: false,
  iotDiscoveryEnabled: false,
  iotEnforcePolicySet: false,
  aupTimeoutInDays: 0,
  childCount: 0,
  matchInChild: false,
  excludeFromDynamicGroups: false,
  excludeFromManualGroups: false,
  defaultExtranetTsPool: false,
  defaultExtranetDns: false,
};

/** Fields that are there only when somebody gave them. */
export const locationExtras = [
  'name',
  'description',
  'profile',
  'state',
  'ipAddresses',
  'ports',
  'displayTimeUnit',
  'surrogateRefreshTimeUnit',
  'subLocScopeEnabled',
] as const;

/** What a read shows beyond a write's answer. */
export const locationReadFields: Json = {
  latitude: 0,
  longitude: 0,
  staticLocationGroups: [],
  extranet: { id: 0 },
  extranetIpPool: { id: 0 },
  extranetDns: { id: 0 },
};

/** What a list shows beyond a read. */
export const locationListFields: Json = { surrogateRefreshTimeInMinutes: 0 };

/** Fields of `/locations/lite`. */
export const locationLiteFields = [
  'id',
  'name',
  'parentId',
  'tz',
  'xffForwardEnabled',
  'aupEnabled',
  'cautionEnabled',
  'aupBlockInternetUntilAccepted',
  'aupForceSslInspection',
  'surrogateIP',
  'surrogateIPEnforcedForKnownBrowsers',
  'otherSubLocation',
  'ofwEnabled',
  'ipsControl',
  'kerberosAuth',
  'digestAuthEnabled',
  'zappSslScanEnabled',
  'ecLocation',
  'iotDiscoveryEnabled',
] as const;

/** Locations that are in every tenant, in `/locations/lite` alone (recorded). */
export const predefinedLocations = [
  { id: -3, name: 'Road Warrior', tz: 'GMT' },
  { id: 256_000_110, name: 'Cloud Browser', tz: 'NOT_SPECIFIED' },
] as const;

/** The group that a location falls into by its profile (recorded). */
export const dynamicGroups: Readonly<Record<string, Json>> = {
  CORPORATE: { id: 24_326_828, name: 'Corporate User Traffic Group' },
  SERVER: { id: 24_326_829, name: 'Server Traffic Group' },
  GUESTWIFI: { id: 24_326_830, name: 'Guest Wifi Group' },
  IOT: { id: 24_326_831, name: 'IoT Traffic Group' },
  WORKLOAD: { id: 59_050_241, name: 'Workload Traffic Group' },
};
