namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>
/// Known items in Chinese: sentences of a team at work, put together from words of two characters, and queries of one such word, of three
/// words of one sentence, and of these three without spaces. A sentence that holds all words asked for is relevant.
/// </summary>
internal static class ChineseSentences
{
    private const int Sentences = 600;
    private const string Conversation = "sentences";

    private static readonly string[] Who = Words("账单 登录 支付 搜索 订单 库存 消息 日志 监控 网关 缓存 队列 报表 邮件 权限 用户 合同 物流 客服 评论 推荐 结算 配置 部署 备份 镜像 证书 接口 任务 会话");
    private static readonly string[] What = Words("服务 模块 页面 表格 脚本 组件 线程 节点 索引 字段 密钥 令牌 规则 模板 版本 分支 插件 驱动 端口 协议 参数 路径 集群 副本 快照 事务 函数 测试 文档 流程");
    private static readonly string[] Did = Words("重写 删除 升级 回滚 迁移 拆分 合并 压缩 加密 修复 替换 停用 扩容 隔离 审查 签名 恢复 同步 校验 归档 简化 发布 冻结 重启 标记 清理 导出 封装 限流 降级");
    private static readonly string[] When = Words("周一 周二 周三 周四 周五 昨天 今早 上周 月底 年初 春节 假期 凌晨 中午 傍晚 季末");
    private static readonly string[] Why = Words("超时 泄漏 冲突 延迟 报错 过期 丢失 重复 乱码 死锁 溢出 断线 失效 堵塞 抖动 越权 误删 缺页 漂移 雪崩");
    private static readonly string[] Name = Words("王芳 李强 张敏 刘洋 陈静 杨帆 赵磊 黄丽 周杰 吴倩 徐明 孙悦 胡斌 朱琳 高翔 林涛 何欣 郭勇 马超 罗兰");

    private static readonly Func<string[], string>[] Forms =
    [
        w => $"{w[3]}{w[5]}把{w[0]}的{w[1]}{w[2]}了，原因是{w[4]}。",
        w => $"因为{w[4]}，{w[0]}{w[1]}在{w[3]}被{w[5]}{w[2]}。",
        w => $"{w[5]}说{w[0]}里的{w[1]}出现{w[4]}，要在{w[3]}{w[2]}。",
        w => $"我们决定{w[3]}{w[2]}{w[0]}{w[1]}，由{w[5]}负责，以免再{w[4]}。",
        w => $"{w[0]}{w[1]}{w[4]}之后，{w[5]}{w[3]}就{w[2]}好了。",
    ];

    public static IEnumerable<RecallSet> Sets()
    {
        var sentences = new List<string[]>();
        var corpus = new List<MemoryMessage>();
        uint state = 20_260_302;
        for (int i = 0; i < Sentences; i++)
        {
            string[] words = [Pick(Who), Pick(What), Pick(Did), Pick(When), Pick(Why), Pick(Name)];
            sentences.Add(words);
            corpus.Add(RecallRun.Message(Id(i), Conversation, Forms[Next(Forms.Length)](words), $"{i / 20}", i % 20));
        }

        string[] vocabulary = [.. Who, .. What, .. Did, .. When, .. Why, .. Name];
        yield return new RecallSet("chinese, one word", corpus, [.. vocabulary.Select(word => Ask([word], word)).Where(question => question.Relevant!.Count > 0)]);
        var threes = sentences.Select((words, i) => Three(words, i)).ToList();
        yield return new RecallSet("chinese, three words", corpus, [.. threes.Select(words => Ask(words, string.Join(' ', words)))]);
        yield return new RecallSet("chinese, without spaces", corpus, [.. threes.Select(words => Ask(words, string.Concat(words)))]);

        string Pick(string[] from) => from[Next(from.Length)];

        // The same on every machine and every framework.
        int Next(int limit)
        {
            state = state * 1_664_525 + 1_013_904_223;
            return (int)((ulong)(state >> 8) * (uint)limit >> 24);
        }

        Question Ask(string[] words, string text) => new($"\"{text}\"", text, Conversation,
            Enumerable.Range(0, sentences.Count).Where(i => words.All(sentences[i].Contains)).Select(Id).ToHashSet());
    }

    private static string Id(int sentence) => $"sentence-{sentence}";

    private static string[] Three(string[] words, int sentence) => (sentence % 3) switch
    {
        0 => [words[0], words[1], words[2]],
        1 => [words[1], words[4], words[5]],
        _ => [words[0], words[2], words[3]],
    };

    private static string[] Words(string text) => text.Split(' ');
}
