/** What a source said about one of its objects, to ask later whether it is still the same. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** A playlist or other document as it was read, to ask later whether it has changed. */
export interface ReadPlaylist {
  /** Without tokens. */
  readonly url: string;
  readonly validators: Validators;
  /** SHA-256 of the bytes at the source, lower-case hex. Absent: it was not there. */
  readonly sha256?: string;
}
