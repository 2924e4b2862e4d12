import { z } from 'zod';

/*
 * What fields of files are made of, for every schema alike.
 */

/** A ticket's id is also a file name and part of a ref name, so little is allowed in it. */
export const idPattern = /^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/;
export const ticketId = z.string().max(64).regex(idPattern, 'letters, digits and single hyphens');

const anInstant = 'a UTC time like 2026-05-25T09:12:00Z';
/** A moment: ISO 8601, UTC, whole seconds, as GitHub writes it. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, anInstant)
  .refine((time) => !Number.isNaN(Date.parse(time)), anInstant);

export const hexDigest = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hexadecimal');
export const commit = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/, 'the full id of a commit');
/** What git lets a branch be called, or nearly so. */
export const branch = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?![-/])(?!.*(?:\.\.|[./]$))[^\s~^:?*[\]\\\u0000-\u001f\u007f]+$/, 'the name of a branch');
export const line = z.string().max(500);
export const text = z.string().max(64 * 1024);
