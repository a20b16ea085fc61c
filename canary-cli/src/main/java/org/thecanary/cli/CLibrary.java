// SPDX-License-Identifier: Apache-2.0
package org.thecanary.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** Functions of the C library, for what the JDK has no method for. Any thread. */
@SuppressWarnings("restricted") // allowed by the manifest
final class CLibrary {
    private static final Linker C = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

    private CLibrary() {}

    static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return C.downcallHandle(C.defaultLookup().findOrThrow(name), descriptor);
    }

    /** Where a function is, for those that take one. */
    static MemorySegment address(String name) {
        return C.defaultLookup().findOrThrow(name);
    }

    static Object call(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (Throwable e) { // which is what it declares
            throw new IllegalStateException(e);
        }
    }

    /**
     * Calls a function that answers -1 where it failed.
     *
     * @throws Failed with the reason
     */
    static int tried(String name, FunctionDescriptor descriptor, Object... arguments)
            throws Failed {
        MethodHandle function = C.downcallHandle(
                C.defaultLookup().findOrThrow(name),
                descriptor,
                Linker.Option.captureCallState("errno"));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            Object[] all = new Object[arguments.length + 1];
            all[0] = state;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            int answer = (int) call(function, all);
            if (answer == -1) {
                throw new Failed((int) ERRNO.get(state, 0L));
            }
            return answer;
        }
    }

    /** The bytes a pointer leads to. */
    static MemorySegment pointed(MemorySegment pointer, long bytes) {
        return pointer.reinterpret(bytes);
    }

    /** The text a pointer leads to, which ends with a NUL. */
    static String text(MemorySegment pointer) {
        return pointed(pointer, Long.MAX_VALUE).getString(0);
    }

    /** Why a function failed, in the words of strerror(3). */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        private Failed(int errno) {
            super(words(errno), null, false, false);
        }

        private static String words(int errno) {
            MethodHandle words = function("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));
            return text((MemorySegment) call(words, errno));
        }
    }
}
