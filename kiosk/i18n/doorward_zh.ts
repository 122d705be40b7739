<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>door</name>
    <message>
        <source>Erase a character</source>
        <translation>删除一个字符</translation>
    </message>
    <message>
        <source>Other keys</source>
        <translation>其他按键</translation>
    </message>
    <message>
        <source>Come in with your PIN</source>
        <translation>用 PIN 码进入</translation>
    </message>
    <message>
        <source>Type your ID, then your PIN.</source>
        <translation>请先输入编号，再输入 PIN 码。</translation>
    </message>
    <message>
        <source>Your ID</source>
        <translation>您的编号</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN 码</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Open the door</source>
        <translation>开门</translation>
    </message>
    <message>
        <source>One moment, please</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>PINs cannot be checked just now. Please ask for help.</source>
        <translation>暂时无法核对 PIN 码，请寻求帮助。</translation>
    </message>
    <message>
        <source>Please step closer</source>
        <translation>请靠近一些</translation>
    </message>
    <message>
        <source>Please step back a little</source>
        <translation>请稍向后退</translation>
    </message>
    <message>
        <source>A little more to the middle, please</source>
        <translation>请稍向中间移动</translation>
    </message>
    <message>
        <source>Hold still for a moment</source>
        <translation>请保持不动</translation>
    </message>
    <message>
        <source>It is too dark to see your face</source>
        <translation>光线太暗，看不清您的脸</translation>
    </message>
    <message>
        <source>There is too much light on your face</source>
        <translation>照在脸上的光太强</translation>
    </message>
    <message>
        <source>Please face the camera</source>
        <translation>请正对镜头</translation>
    </message>
    <message>
        <source>Please show your whole face</source>
        <translation>请露出整张脸</translation>
    </message>
    <message>
        <source>One person at a time, please</source>
        <translation>请一次一人</translation>
    </message>
    <message>
        <source>The door was opened for you a moment ago</source>
        <translation>门刚刚已为您打开</translation>
    </message>
    <message>
        <source>A little slower, please</source>
        <translation>请慢一点</translation>
    </message>
    <message>
        <source>Not quite so far, please</source>
        <translation>请不要转得太多</translation>
    </message>
    <message>
        <source>The door opens when it knows you</source>
        <translation>认出您后门会打开</translation>
    </message>
    <message>
        <source>Only a little, eyes on the screen</source>
        <translation>只需稍微转动，眼睛看屏幕</translation>
    </message>
    <message>
        <source>Look straight ahead</source>
        <translation>请看正前方</translation>
    </message>
    <message>
        <source>Turn your head left</source>
        <translation>请向左转头</translation>
    </message>
    <message>
        <source>Turn your head right</source>
        <translation>请向右转头</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>欢迎</translation>
    </message>
    <message>
        <source>Welcome, {name}</source>
        <translation>欢迎，{name}</translation>
    </message>
    <message>
        <source>The door is open</source>
        <translation>门已打开</translation>
    </message>
    <message>
        <source>Face the camera with nothing before your face, or ask for help</source>
        <translation>请露出面部，正对镜头，或寻求帮助</translation>
    </message>
    <message>
        <source>Do what the screen asks, one step at a time, or ask for help</source>
        <translation>请按屏幕提示逐步操作，或寻求帮助</translation>
    </message>
    <message>
        <source>Check your ID, type your PIN again, or ask for help</source>
        <translation>请核对编号并重新输入 PIN 码，或寻求帮助</translation>
    </message>
    <message>
        <source>Use another way in, or ask for help</source>
        <translation>请使用其他方式进入，或寻求帮助</translation>
    </message>
    <message>
        <source>Please ask for help</source>
        <translation>请寻求帮助</translation>
    </message>
    <message>
        <source>Try again in a moment, or ask for help</source>
        <translation>请稍后再试，或寻求帮助</translation>
    </message>
    <message>
        <source>Too many attempts</source>
        <translation>尝试过多</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or use another way in</source>
        <translation>
            <numerusform>请在 %n 秒后重试，或使用其他方式进入</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or use another way in</source>
        <translation>
            <numerusform>请在 %n 分钟后重试，或使用其他方式进入</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or use another way in</source>
        <translation>请明天再试，或使用其他方式进入</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or ask for help</source>
        <translation>
            <numerusform>请在 %n 秒后重试，或寻求帮助</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or ask for help</source>
        <translation>
            <numerusform>请在 %n 分钟后重试，或寻求帮助</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or ask for help</source>
        <translation>请明天再试，或寻求帮助</translation>
    </message>
    <message>
        <source>There is too much light here. Please ask for help.</source>
        <translation>这里光线太强。请寻求帮助。</translation>
    </message>
    <message>
        <source>The door is locked</source>
        <translation>门已锁定</translation>
    </message>
    <message>
        <source>Nobody is let in at the moment. Please ask for help.</source>
        <translation>目前不允许任何人进入，请寻求帮助。</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>暂停服务</translation>
    </message>
    <message>
        <source>The camera is dazzled</source>
        <translation>镜头前太亮</translation>
    </message>
    <message>
        <source>There is too much light here. Use another way in, or ask for help.</source>
        <translation>这里光线太强。请使用其他方式进入，或寻求帮助。</translation>
    </message>
    <message>
        <source>No picture from the camera</source>
        <translation>镜头没有画面</translation>
    </message>
    <message>
        <source>The door is not set up</source>
        <translation>门尚未设置</translation>
    </message>
    <message>
        <source>The camera is covered</source>
        <translation>镜头被遮住</translation>
    </message>
    <message>
        <source>Uncover the camera, or ask for help</source>
        <translation>请移开遮挡物，或寻求帮助</translation>
    </message>
    <message>
        <source>The door may be open</source>
        <translation>门可能未关</translation>
    </message>
    <message>
        <source>Please pull it shut and ask for help</source>
        <translation>请把门关好，并寻求帮助</translation>
    </message>
    <message>
        <source>The door did not open</source>
        <translation>门没有打开</translation>
    </message>
    <message>
        <source>The picture is frozen</source>
        <translation>画面停住了</translation>
    </message>
    <message>
        <source>The door does not answer</source>
        <translation>门没有响应</translation>
    </message>
    <message>
        <source>Faces cannot be checked</source>
        <translation>无法检查人脸</translation>
    </message>
    <message>
        <source>Faces cannot be compared</source>
        <translation>无法比对人脸</translation>
    </message>
    <message>
        <source>Nothing can be recorded</source>
        <translation>无法记录</translation>
    </message>
    <message>
        <source>Faces must be enrolled anew</source>
        <translation>需要重新登记人脸</translation>
    </message>
    <message>
        <source>Faces cannot be recognised</source>
        <translation>无法识别人脸</translation>
    </message>
    <message>
        <source>Offline for too long</source>
        <translation>离线时间过长</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>出了点问题</translation>
    </message>
    <message>
        <source>The camera is too slow</source>
        <translation>画面太慢</translation>
    </message>
    <message>
        <source>The door is offline</source>
        <translation>门已离线</translation>
    </message>
    <message>
        <source>Step in front of the camera</source>
        <translation>请走近镜头</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>请看镜头</translation>
    </message>
    <message>
        <source>Access denied</source>
        <translation>未获准进入</translation>
    </message>
    <message>
        <source>PIN instead</source>
        <translation>改用 PIN 码</translation>
    </message>
    <message>
        <source>Language: {name}</source>
        <translation>语言：{name}</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>管理</translation>
    </message>
    <message>
        <source>Faces are being loaded: {percent} %</source>
        <translation>正在加载人脸：{percent} %</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
</TS>
