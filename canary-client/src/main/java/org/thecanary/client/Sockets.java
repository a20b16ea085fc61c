// SPDX-License-Identifier: Apache-2.0
package org.thecanary.client;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** The sockets of this machine: epoll's where its library loads, else the JDK's. */
enum Sockets {
    EPOLL {
        @Override
        IoHandlerFactory io() {
            return EpollIoHandler.newFactory();
        }

        @Override
        Class<? extends Channel> tcp() {
            return EpollSocketChannel.class;
        }

        @Override
        Class<? extends Channel> unix() {
            return EpollDomainSocketChannel.class;
        }

        @Override
        SocketAddress address(Path path) {
            return new DomainSocketAddress(path.toString());
        }
    },
    NIO {
        @Override
        IoHandlerFactory io() {
            return NioIoHandler.newFactory();
        }

        @Override
        Class<? extends Channel> tcp() {
            return NioSocketChannel.class;
        }

        @Override
        Class<? extends Channel> unix() {
            return NioDomainSocketChannel.class;
        }

        @Override
        SocketAddress address(Path path) {
            return UnixDomainSocketAddress.of(path);
        }
    };

    static Sockets best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    abstract IoHandlerFactory io();

    abstract Class<? extends Channel> tcp();

    abstract Class<? extends Channel> unix();

    abstract SocketAddress address(Path path);
}
