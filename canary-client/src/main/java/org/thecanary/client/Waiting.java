// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Stands for MQTT at the end of a pipeline until bytes can flow. What fails until then is told by a future. */
final class Waiting extends ChannelInboundHandlerAdapter {
    static final String NAME = "waiting";

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
}
