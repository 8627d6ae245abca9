"""Jinja2's compiler with the meter built in: what no operator or filter hook sees is charged in the generated code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

_BODIES = (nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block)


class MeteredCodeGenerator(CodeGenerator):
    """Every pass of a loop and every call of a macro or block pays for the nodes of its body; so does every item that
    a loop's condition looks at. Lists, mappings, comparisons, slices and `~` pay for what they hold and read."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        for holder in list(node.find_all(_BODIES)):
            body: list[nodes.Node] = holder.body  # type: ignore[attr-defined]
            if not _is_payment(body):
                body.insert(0, _payment(holder))
                if isinstance(holder, nodes.For) and holder.test is not None:
                    holder.iter = _paid_items(holder, holder.test)
        super().visit_Template(node, frame)

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        """Nothing but text is worked out while compiling: it would escape before it finalises ("None" gets printed)
        and would run outside a recipient's budget."""
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        """Printing into HTML is one call of our own: Jinja2's two, and the Markup it makes of every value although the
        output is only joined, are a third of what a newsletter's values cost."""
        if _prints_html(frame):
            self.write("environment.printed_html(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if _prints_html(frame):
            self.write(")")
        else:
            super()._output_child_post(node, frame, finalize)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if isinstance(node.node, nodes.EnvironmentAttribute):
            self._call_environment(node.node.name, node.args, frame)
        else:
            super().visit_Call(node, frame, forward_caller=forward_caller)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("), context.eval_ctx.autoescape)")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        self.write("environment.charged(")
        super().visit_List(node, frame)
        self.write(")")

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        self.write("environment.mapping(")
        for pair in node.items:
            self.write("(")
            self.visit(pair.key, frame)
            self.write(", ")
            self.visit(pair.value, frame)
            self.write("), ")
        self.write(")")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        if len(node.ops) == 1:
            self.write(f"environment.comparisons[{node.ops[0].op!r}](")
            self.visit(node.expr, frame)
            self.write(", ")
            self.visit(node.ops[0].expr, frame)
            self.write(")")
            return
        self.write("environment.compared_on(")
        self.visit(node.expr, frame)
        for operand in node.ops:
            self.write(f", ({operand.op!r}, lambda: ")
            self.visit(operand.expr, frame)
            self.write(")")
        self.write(")")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        bounds = (node.arg.start, node.arg.stop, node.arg.step)
        self._call_environment("sliced", [node.node, *(one or nodes.Const(None) for one in bounds)], frame)

    def _call_environment(self, name: str, arguments: Sequence[nodes.Expr], frame: Frame) -> None:
        self.write(f"environment.{name}(")
        for argument in arguments:
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        if node.ctx != "load":
            super().visit_Tuple(node, frame)
            return
        self.write("environment.charged(")
        super().visit_Tuple(node, frame)
        self.write(")")


def _prints_html(frame: Frame) -> bool:
    return bool(frame.eval_ctx.autoescape) and not frame.eval_ctx.volatile


def _paid_items(loop: nodes.For, test: nodes.Node) -> nodes.Call:
    """The loop's items, each of which pays for the condition that it may fail."""
    weight = 2 + sum(1 for _ in test.find_all(nodes.Node))
    paid = nodes.Call(nodes.EnvironmentAttribute("steps"), [loop.iter, nodes.Const(weight)], [], None, None)
    paid.set_environment(loop.environment)  # type: ignore[arg-type]
    paid.set_lineno(loop.iter.lineno)
    return paid


def _payment(holder: nodes.Node) -> nodes.ExprStmt:
    weight = sum(1 for _ in holder.find_all(nodes.Node))
    spend = nodes.Call(nodes.EnvironmentAttribute("spend"), [nodes.Const(weight)], [], None, None)
    statement = nodes.ExprStmt(spend)
    statement.set_environment(holder.environment)  # type: ignore[arg-type]
    statement.set_lineno(holder.lineno)
    return statement


def _is_payment(body: Sequence[nodes.Node]) -> bool:
    first = body[0] if body else None
    return (
        isinstance(first, nodes.ExprStmt)
        and isinstance(first.node, nodes.Call)
        and isinstance(first.node.node, nodes.EnvironmentAttribute)
    )
