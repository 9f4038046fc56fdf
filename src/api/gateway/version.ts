import { z } from 'zod';

/** The versions of the Gateway API's own kinds that an API server serves; they differ in nothing but the name. */
export const apiVersion = z.enum(['gateway.networking.k8s.io/v1', 'gateway.networking.k8s.io/v1beta1']);

/** The version of the kinds that came later. */
export const onlyVersion1 = z.literal('gateway.networking.k8s.io/v1');
