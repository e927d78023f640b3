package import NIOCore

extension NIOAsyncChannel {
    /// The same, kept until its channel closes.
    ///
    /// A server that stops drops the connections that it has accepted and nobody handles any more, and the writer of an
    /// open channel must not be dropped before it is finished: that ends the process.
    package func keptUntilClosed() -> NIOAsyncChannel {
        channel.closeFuture.whenComplete { _ in withExtendedLifetime(self) {} }
        return self
    }
}
