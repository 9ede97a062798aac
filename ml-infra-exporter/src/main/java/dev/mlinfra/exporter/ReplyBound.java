package dev.mlinfra.exporter;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.io.IOException;

/** Ends a connection on which more comes in answer to a command than fits. */
final class ReplyBound extends ChannelDuplexHandler {
  static final int MAX_BYTES = 32 << 20;

  private long bytes;

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
      throws Exception {
    bytes = 0;
    super.write(context, message, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf buffer) {
      bytes += buffer.readableBytes();
      if (bytes > MAX_BYTES) {
        buffer.release();
        context.fireExceptionCaught(
            new IOException("it answered with more than " + MAX_BYTES + " bytes"));
        ChannelFuture unused = context.close();
        return;
      }
    }
    context.fireChannelRead(message);
  }
}
