/** Where a watch's frames go: a chunked answer or a WebSocket. */
export interface WatchSink {
  /** Resolves when more may be written. */
  write(frames: readonly Buffer[]): Promise<void> | undefined;
  end(): void;
}
